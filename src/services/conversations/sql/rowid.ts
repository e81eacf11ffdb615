/** The key of a row in its wire form; undefined for what this store never gives out. */
export function rowidOf(key: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(key) ? Number(key) : undefined;
}
