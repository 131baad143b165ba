// The description of the REST API for people: Swagger UI over /openapi.json, from this server alone.
import 'swagger-ui-dist/swagger-ui.css';
import './style.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { storedKey } from '../storedKey';

// Swagger UI is dark where the root element says so, not where the system does.
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

const ui = SwaggerUI({
  url: '/openapi.json',
  domNode: document.getElementById('docs'),
  deepLinking: true,
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  validatorUrl: null, // the default would show the description to a server of Swagger's
  onComplete: () => {
    const key = storedKey(); // whoever gave GraphiQL a key need not give it here again
    if (key !== null) ui.preauthorizeApiKey('ApiKey', key);
  },
});
