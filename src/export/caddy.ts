import { isLoopback, placeText } from "../contract/address.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { type FrontProxy, frontProxyFormat } from "./front-proxy.ts";

/** A Caddyfile with one site. Caddy has a certificate made for every name that is not a loopback one. */
export const caddyFormat = frontProxyFormat({
  name: "caddy",
  summary: "a Caddyfile with the page's site; Caddy has its certificate made",
  file: "Caddyfile",
  render: renderCaddyfile,
});

function renderCaddyfile(front: FrontProxy): string {
  const { hosts, upstreams, bodyBytes, headBytes, userHeader } = front;
  return `{
	servers {
		# A message may stand in a URL.
		max_header_size ${headBytes}
	}
}

# The page of the chat stack. Replies are streams: nothing is held back, compressed, or ended for being quiet.
${hosts.map(siteAddress).join(", ")} {
	request_body {
		max_size ${bodyBytes}
	}
	reverse_proxy ${upstreams.map(placeText).join(" ")} {
		flush_interval -1
		# By the fewest connections, a copy that is being stopped, and refuses at once, would get every message.
		lb_policy round_robin
		# A copy that does not answer gets nothing for so long. Without lb_try_duration no call is repeated: a GET may send a message.
		fail_duration 10s
		health_uri ${hmiRoutes.live.path()}
		health_interval 10s
${userHeader === undefined ? "" : `		# Nobody names themselves. Put in its place what your sign-in says, such as forward_auth's copy_headers.\n		header_up -${userHeader}\n`}	}
}
`;
}

/** On a loopback name another scheme would be another program's origin to the page; there is nobody to hide from there. */
function siteAddress(host: string): string {
  return isLoopback(host) ? `http://${host}` : host;
}
