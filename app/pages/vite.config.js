import { createHash } from 'node:crypto';
import { defineConfig } from 'vite';

/** GraphiQL's style sheet carries its fonts as data: addresses, a third of a megabyte before the first paint.
 *  As files of their own the browser takes the few it needs, and the page's policy need not allow data: fonts. */
function fontsAsFiles() {
  return {
    name: 'fonts-as-files',
    generateBundle(_options, bundle) {
      for (const sheet of Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css'))) {
        sheet.source = String(sheet.source).replace(
          /url\(["']?data:font\/(\w+);base64,([^)"']+)["']?\)/g,
          (_all, kind, text) => {
            const source = Buffer.from(text, 'base64');
            const name = `font-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.${kind}`;
            this.emitFile({ type: 'asset', fileName: `assets/${name}`, source });
            return `url(./${name})`;
          },
        );
      }
    },
  };
}

/** GraphiQL's style sheet holds Monaco's as well; the one that each of Monaco's modules brings would be a second copy. */
function monacoStylesOnce() {
  return {
    name: 'monaco-styles-once',
    enforce: 'pre',
    load: id => (/\/monaco-editor\/esm\/.*\.css$/.test(id) ? '' : null),
  };
}

export default defineConfig({
  base: '/pages/',
  plugins: [monacoStylesOnce(), fontsAsFiles()],
  worker: { format: 'es' },
  build: {
    outDir: 'static',
    target: 'es2022',
    modulePreload: { polyfill: false }, // the polyfill would be an inline script
    chunkSizeWarningLimit: 4000, // Monaco is what it is
    rolldownOptions: {
      input: ['graphiql.html', 'docs.html'],
      // Directives for servers that render React; there is none here, and each package warns of its own.
      onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log),
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['^/graphql$', '/graphql/examples.json', '/openapi.json', '/api'].map(path => [path, 'http://127.0.0.1:8000']),
    ),
  },
});
