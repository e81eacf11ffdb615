// What `import "chat-stack"` gets. The first import is evaluated first.
import "./require-node.cjs";

export * from "../dist/index.js";
