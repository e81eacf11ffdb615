/** Where the conversation stands, told to screen readers as it changes. */
export function StatusLine({ text }: { text: string }) {
  return <output aria-live="polite">{text}</output>;
}
