const leftovers = new Set<() => void>();
process.once("exit", () => {
  for (const clear of leftovers) clear();
});

/** Has this done at the end of this process, however it ends; what is returned does not have it done any more. */
export function clearAtExit(clear: () => void): () => void {
  leftovers.add(clear);
  return () => leftovers.delete(clear);
}
