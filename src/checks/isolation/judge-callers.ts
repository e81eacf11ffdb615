import { type Broken, CouldNotRun, type Verdict } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { SeenRow } from "../../targets/drivers/reply-facts.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { endInWords, isWholeEnding, lastWord } from "../stream-endings.ts";
import type { ForeignTry, ReachedReply, TwoCallers } from "./two-callers.ts";

/** Judges that another person's list of conversations has none of the first one's. */
export function judgeListed({ conversation, tries: { list } }: TwoCallers): Verdict {
  if (list === undefined) throw new CouldNotRun("the other person's list was not asked for");
  if (conversation === null)
    throw new NotObservable("the conversation's id was not told: it cannot be looked for in a list");
  const seen = `another person's list ${list.answered}, ${list.told.length} conversations`;
  if (!list.told.includes(conversation)) return { verdict: "holds", seen };
  return {
    verdict: "broken",
    expected: "their own alone",
    found: `the first person's ${conversation}`,
    seen,
  };
}

/** Judges that another person reads nothing of a conversation, adds nothing to it, and does not take it away. */
export function judgeClosed(people: TwoCallers): Verdict {
  const { tries, word, intrusion, before, after } = people;
  if (!isIn(before, word)) throw new NotObservable("what the first person said is not among their own rows");
  const tellsWord = ([name, { answered, told }]: [string, ForeignTry]): Broken | undefined =>
    told.some((text) => text.includes(word))
      ? {
          verdict: "broken",
          expected: "nothing of what the first person said",
          found: `their word, ${word}`,
          seen: `another person's ${name} ${answered}`,
        }
      : undefined;
  const { list: _, ...closed } = tries;
  for (const each of Object.entries(closed)) {
    const broken = tellsWord(each);
    if (broken !== undefined) return broken;
  }
  const words = (what: string): string => `another person's ${what}`;
  if (isIn(after, intrusion)) {
    return {
      verdict: "broken",
      expected: "the first person's conversation with their own words alone",
      found: "what another person said into it",
      seen: words(`message ${tries.message?.answered}`),
      rows: after,
    };
  }
  if (!isIn(after, word)) {
    return {
      verdict: "broken",
      expected: "the first person's conversation, as before",
      found: after.length === 0 ? "nothing of it" : "it without what the first person said",
      seen: words(
        `${tries.deletion === undefined ? "message" : "deletion"} ${(tries.deletion ?? tries.message)?.answered}`,
      ),
      rows: after,
    };
  }
  return {
    verdict: "holds",
    seen: Object.entries(closed)
      .map(([name, { answered }]) => `${name} ${answered}`)
      .join("; "),
  };
}

/** Judges that another person heard nothing of a reply while it was written. */
export function judgeUnheard({ stream, answered, overheard }: ReachedReply): Verdict {
  const seen = `another person's read ${answered}`;
  const text = overheard.trim();
  if (text === "") return { verdict: "holds", seen };
  if (!textOf(stream).includes(text)) {
    throw new NotObservable("what another person read is no part of the reply: whose it is cannot be told");
  }
  return {
    verdict: "broken",
    expected: "nothing of the reply",
    found: `its text: ${text.slice(0, 80)}`,
    seen,
  };
}

/** Judges that a reply which another person called for the cancel of came to its end. */
export function judgeUncancelled({ stream, undisturbed, answered }: ReachedReply): Verdict {
  const [word, before] = [lastWord(stream), lastWord(undisturbed)];
  const seen = `another person's cancel ${answered}`;
  if (isWholeEnding(word)) return { verdict: "holds", seen: `${seen}; the reply ended with ${word}` };
  if (!isWholeEnding(before)) {
    throw new NotObservable(
      `a reply that nobody reached for ended with ${endInWords(undisturbed)}, too: what a cancel changes cannot be told`,
    );
  }
  return {
    verdict: "broken",
    expected: "the first person's reply written to its end",
    found: endInWords(stream),
    seen,
  };
}

function isIn(rows: readonly SeenRow[], word: string): boolean {
  return rows.some(({ content }) => content.includes(word));
}
