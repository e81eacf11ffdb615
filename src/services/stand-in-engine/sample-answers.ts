/** What the stand-in can be asked, for somebody who sees the chat for the first time. */
export const HELP = `## What you can ask

A stand-in for Ollama answers here: its answers are *scripted*, no language model runs.

| You write | It answers |
| --- | --- |
| \`Hello\` | what it is |
| \`Count to 5\`, \`Count from 8 to 3\`, \`Count to 9 in Chinese\` | the numbers |
| \`Say good night\` | that text, exactly |
| \`Show me Markdown\` | a sample of it |
| anything else | what you wrote, quoted |

For real answers, start Ollama and point \`engine.url\` at it.
`;

/** A text with everything that models like to write, to see how a page shows it. */
export const MARKDOWN = `# A sample

This text is *scripted*, to show how **markdown** arrives in pieces: with \`code\`, with
~~what was struck out~~, and with [a link](https://ollama.com).

## Lists

- one thing
- another
  - and a level below

1. first
2. then

- [x] done
- [ ] not yet

## Code

\`\`\`ts
// The answer, as a number.
export function answer(): number {
  return 6 * 7;
}
\`\`\`

\`\`\`sh
curl http://127.0.0.1:11434/api/version
\`\`\`

## Table

| model | parameters | size |
| :-- | :-: | --: |
| \`llama3.1:8b\` | 8 B | 4.9 GB |
| \`phi3:mini\` | 3.8 B | 2.2 GB |

> A quote, which may have
> more than one line.

---

The end.
`;
