import './workers';
import 'graphiql/style.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { fetchExamples } from './examples';
import { Ide } from './Ide';

// First the examples, because one of them is the text of the first tab.
const examples = await fetchExamples();
createRoot(document.getElementById('ide')!).render(<Ide examples={examples} />);
