import { type ServerSocket, serveWebSockets } from "./web-socket-server.ts";

const PAGE = `<!doctype html><title>Talk</title>
<input aria-label="Message"><button>Send</button>
<script>
  const socket = new WebSocket(location.href.replace(/^http/, "ws") + "ws");
  socket.onopen = () => { document.title = "ready"; };
  socket.onmessage = ({ data }) => { if (JSON.parse(data).op === "end") document.title = "answered"; };
  document.querySelector("button").onclick = () => {
    socket.send(JSON.stringify({ ask: document.querySelector("input").value }));
  };
</script>`;

const EVENTS = [{ op: "piece", d: "Rivers " }, { op: "piece", d: "bring salt." }, { op: "end" }];

/** A page that chats by a WebSocket, with its back end; it ends with the test. Gives the page's URL. */
export async function serveChatPage(): Promise<string> {
  const onText = (_: string, socket: ServerSocket): void => {
    for (const event of EVENTS) socket.say(JSON.stringify(event));
  };
  return `${await serveWebSockets({ onText }, PAGE)}/`;
}
