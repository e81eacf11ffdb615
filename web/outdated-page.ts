import { pageRoutes } from "../src/contract/routes.ts";
import type { HmiConnection } from "./hmi-connection.ts";

/** The script that this page was started by: its name changes with its content. */
function ownScript(): string | undefined {
  return document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? undefined;
}

/** True where the HMI serves another version of the page than this one; false also where it does not tell. */
export async function isOutdated(connection: HmiConnection): Promise<boolean> {
  const script = ownScript();
  if (script === undefined) return false;
  try {
    const page = await connection.request(pageRoutes.newConversation.path());
    return !(await page.text()).includes(script);
  } catch {
    return false;
  }
}
