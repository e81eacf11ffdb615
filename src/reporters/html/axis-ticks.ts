/** 1, 2 or 5 of a power of ten: the step of an axis on which about this many lines stand up to `extent`. */
export function roundStep(extent: number, lines: number): number {
  const rough = extent / lines;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}
