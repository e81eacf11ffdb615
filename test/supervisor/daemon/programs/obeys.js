// Serves on PORT, and does as it is asked: GET /exit/CODE ends it, GET /sick and /well change what /health answers.
// As in fixtures/services/serves-health.js.
const { createServer } = process.getBuiltinModule("node:http");

let status = 200;
createServer((request, response) => {
  const [, word, code] = request.url?.split("/") ?? [];
  if (word === "exit") process.exit(Number(code));
  if (word === "sick") status = 503;
  if (word === "well") status = 200;
  response.writeHead(status).end();
}).listen(Number(process.env["PORT"]), "127.0.0.1");
