/** The text of a message: model output is untrusted, so it only ever becomes a text node. */
export function MessageContent({ content }: { content: string }) {
  return <div class="content">{content}</div>;
}
