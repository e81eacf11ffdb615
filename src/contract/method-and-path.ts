/** A call as descriptions and evidence write it, `POST /api/chat/{conversation}`, in its two parts. */
export function methodAndPath(request: string): { readonly method: string; readonly path: string } {
  const [method = "", path = "/"] = request.split(" ");
  return { method, path };
}
