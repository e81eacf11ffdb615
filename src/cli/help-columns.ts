/** Columns that help is wrapped to, as oclif has it: of the terminal, but 40 at least; 80 where there is none. */
export function helpColumns(): number {
  const wished = Number.parseInt(process.env["OCLIF_COLUMNS"] ?? "", 10);
  if (wished > 0) return wished;
  const { isTTY, columns } = process.stdout;
  return isTTY && columns > 0 ? Math.max(40, columns) : 80;
}
