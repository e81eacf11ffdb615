// Kept to syntax that every Node understands: it is evaluated before what an older one cannot run.
var minimum = [22, 19];
var version = process.versions.node.split(".").map(Number);
if (version[0] < minimum[0] || (version[0] === minimum[0] && version[1] < minimum[1])) {
  throw new Error(`chat-stack needs Node ${minimum.join(".")} or newer; this is ${process.version}.`);
}
