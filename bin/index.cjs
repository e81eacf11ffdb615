// What `require("chat-stack")` gets.
require("./require-node.cjs");
module.exports = require("../dist/index.js");
