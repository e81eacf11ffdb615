import { render } from "preact";
import { Chat } from "./chat.ts";
import { App } from "./components/App.tsx";

const root = document.getElementById("app");
if (root === null) throw new Error('The page has no element with the id "app".');
render(<App chat={new Chat()} />, root);
