/** Chance that a seed decides: the same seed and number give the same throws, whatever was thrown for others. */
export interface Dice {
  /** From 0 to `below` - 1. */
  number(below: number): number;
  pick<Value>(values: readonly Value[]): Value;
  /** True in this many of a hundred cases. */
  chance(percent: number): boolean;
}

export function throwDice(seed: number, number: number): Dice {
  let state = scramble(scramble(seed) + number);
  const below = (limit: number): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return Math.floor((scramble(state) / 2 ** 32) * limit);
  };
  return {
    number: below,
    chance: (percent) => below(100) < percent,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error("There is nothing to pick from.");
      return value;
    },
  };
}

/** Spreads every bit of a 32-bit integer over all of them: the finaliser of MurmurHash3. */
function scramble(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
