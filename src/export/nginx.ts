import { placeText } from "../contract/address.ts";
import { type FrontProxy, frontProxyFormat } from "./front-proxy.ts";

/** A server for nginx, of the part that stands in `http { }`: what Debian reads from `/etc/nginx/conf.d`. */
export const nginxFormat = frontProxyFormat({
  name: "nginx",
  summary: "a server of nginx in front of the page, for /etc/nginx/conf.d",
  file: "stack.conf",
  render: renderNginx,
});

function renderNginx(front: FrontProxy): string {
  const { hosts, upstreams, bodyBytes, headBytes, silenceSeconds, neverRepeated, userHeader } = front;
  const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)}k`;
  return `# The page of the chat stack. Replies are streams: nothing is held back, compressed, or ended for being quiet.
# In turn: by the fewest connections, a copy that is being stopped, and refuses at once, would get every message.
upstream stack_hmi {
${upstreams.map((address) => `    server ${placeText(address)};`).join("\n")}
    keepalive 64;
}

server {
    listen 80;
    listen [::]:80;
    server_name ${hosts.join(" ")};

    client_max_body_size ${kib(bodyBytes)};
    # A message may stand in a URL.
    large_client_header_buffers 4 ${kib(headBytes)};

    # Scripts and styles come compressed already.
    gzip off;
    proxy_buffering off;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_connect_timeout 5s;
    proxy_read_timeout ${silenceSeconds}s;
    proxy_send_timeout ${silenceSeconds}s;

    # With the port: on a loopback name the page is its own origin with the same port only.
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
${userHeader === undefined ? "" : `    # Nobody names themselves. Put in its place what your sign-in says, such as auth_request's variable.\n    proxy_set_header ${userHeader} "";\n`}
    location / {
        proxy_pass http://stack_hmi;
    }
${neverRepeated.map(withoutRepeat).join("")}}
`;
}

/** nginx asks another copy where one fails in the middle of a GET, unless it is told that this one is no mere look. */
function withoutRepeat(path: string): string {
  return `
    # This GET sends a message: it is not said twice.
    location = ${path} {
        proxy_pass http://stack_hmi;
        proxy_next_upstream off;
    }
`;
}
