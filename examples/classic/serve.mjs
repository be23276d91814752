// Serves the page and the two libraries it uses, from where npm put them.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/jquery.js': ['node_modules/jquery/dist/jquery.min.js', 'text/javascript; charset=utf-8'],
  '/socket.io.js': ['node_modules/socket.io-client/dist/socket.io.min.js', 'text/javascript; charset=utf-8'],
};
const port = Number(process.env.PORT ?? 8080);

createServer((request, response) => {
  const file = files[new URL(request.url ?? '/', 'http://localhost').pathname];
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [path, type] = file;
  response.writeHead(200, { 'Content-Type': type });
  createReadStream(fileURLToPath(new URL(path, import.meta.url))).pipe(response);
}).listen(port, '127.0.0.1', () => console.log(`Open http://localhost:${port}`));
