import { describe, expect, test } from "vitest";
import { oneReply } from "../../../src/checks/persistence/one-reply.ts";
import { cancelled } from "../../../src/checks/persistence/persistence-cancelled.ts";
import { complete } from "../../../src/checks/persistence/persistence-complete.ts";
import { failed } from "../../../src/checks/persistence/persistence-failed.ts";
import { settled } from "../../../src/checks/persistence/persistence-settled.ts";
import { keptMessage } from "../../../src/checks/persistence/persistence-user-message.ts";
import { rowUsage } from "../../../src/checks/persistence/row-usage.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import type { SeenRow } from "../../../src/targets/drivers/reply-facts.ts";
import { judge } from "../model-conversation/evidence.ts";
import { done, error, executing, failing, stream, token } from "../sse/evidence.ts";
import { stored } from "./evidence.ts";

/** Rows of a back end that tells who says what, and nothing else. */
function bare(...texts: readonly string[]): readonly SeenRow[] {
  return texts.map((content, index) => ({
    session_id: "80",
    role: index === 0 ? "user" : "assistant",
    content,
  }));
}

const reply = stored({ rows: bare("Hello", "Hi"), replay: null, speaksContract: false });
const broke = stream([executing, token("H"), token("i"), failing, error, done("error")]);

describe("of a back end that promises nothing of its rows", () => {
  test("text is judged by text alone", () => {
    expect(judge(complete, reply).verdict).toBe("holds");
    expect(judge(complete, { ...reply, rows: bare("Hello", "H") })).toMatchObject({
      verdict: "broken",
      expected: "a row complete with the 2 characters that were streamed",
      found: "a row with 1 characters",
    });
    expect(judge(keptMessage, [reply]).verdict).toBe("holds");
    expect(judge(oneReply, [reply]).verdict).toBe("holds");
  });

  test("in whatever order rows are, the reply's is judged: the order is another claim's", () => {
    const turned = reply.rows.toReversed();
    expect(judge(complete, { ...reply, rows: turned }).verdict).toBe("holds");
    expect(judge(complete, { ...reply, rows: bare("Hello", "H").toReversed() })).toMatchObject({
      verdict: "broken",
      found: "a row with 1 characters",
    });
  });

  test("a status that is told as another one is another one", () => {
    const [user, answer] = bare("Hello", "Hi");
    const rows = [user, { ...answer, status: "streaming" }];
    expect(judge(complete, { ...reply, rows }).verdict).toBe("broken");
    expect(judge(settled, [{ ...reply, rows }]).verdict).toBe("broken");
  });

  test("what is not told is not judged, and the setting that would tell it is named", () => {
    expect(() => judge(settled, [reply])).toThrow(NotObservable);
    expect(() => judge(settled, [reply])).toThrow("contract.wire.rows.status");
    expect(() => judge(rowUsage, [reply])).toThrow("contract.wire.rows.prompt_tokens");
    expect(() => judge(failed, [{ ...reply, stream: broke }])).toThrow("contract.wire.rows.status");
  });

  test("a status that is told by a word of its own is asked for by that word", () => {
    const [user, answer] = bare("Hello", "Hi");
    const rows = [user, { ...answer, status_said: "kaput" }];
    expect(() => judge(failed, [{ ...reply, stream: broke, rows }])).toThrow(
      'what the rows\' status "kaput" means is not known (contract.wire.rows.statuses would say)',
    );
  });

  test("an end by a word of its own is one of a reply that was cancelled where nobody calls it whole", () => {
    const cancelAnswer = "DELETE /turns/7 answered 204";
    const whole = stream([executing, token("H"), token("i"), done("stop")]);
    const facts = whole.facts.map((fact) => (fact.kind === "done" ? { ...fact, reason: "halted" } : fact));
    const halted = { ...whole, facts };
    expect(judge(cancelled, { ...reply, stream: halted, cancelAnswer }).verdict).toBe("holds");
    expect(() => judge(cancelled, { ...reply, stream: whole, cancelAnswer })).toThrow(NotObservable);
    expect(() => judge(cancelled, { ...reply, stream: whole, cancelAnswer })).toThrow(cancelAnswer);
  });

  test("where the stream gives no reason for its end, the row says whether the reply was cut", () => {
    const cancelAnswer = "POST /hush answered 200";
    const ended = stream([executing, token("H"), token("i"), done("stop")]);
    const facts = ended.facts.map((fact) => (fact.kind === "done" ? { ...fact, reason: null } : fact));
    const [user, answer] = bare("Hello", "Hi");
    const withRow = (row: object) => ({
      ...reply,
      stream: { ...ended, facts },
      rows: [user, { ...answer, ...row }],
      cancelAnswer,
    });
    expect(judge(cancelled, withRow({ status: "cancelled" })).verdict).toBe("holds");
    expect(judge(cancelled, withRow({ status: "cancelled", content: "H" })).verdict).toBe("broken");
    expect(() => judge(cancelled, withRow({ status: "complete" }))).toThrow("went on to its end");
    expect(() => judge(cancelled, withRow({}))).toThrow("neither its stream nor its row tells");
  });

  test("a failure may leave words of its own, but not what was streamed lost, nor a row that says all is well", () => {
    const [user, answer] = bare("Hello", "Hi\n[it failed]");
    const saved = (row: object | undefined) => ({
      ...reply,
      stream: broke,
      rows: row === undefined ? [user] : [user, { ...answer, ...row }],
    });
    expect(judge(failed, [saved({ status: "error" })]).verdict).toBe("holds");
    expect(judge(failed, [saved({ status: "complete" })]).verdict).toBe("broken");
    expect(judge(failed, [saved({ status: "error", content: "" })]).verdict).toBe("broken");
    expect(judge(failed, [saved(undefined)]).verdict).toBe("broken");
  });

  test("where not a word came, no row is owed", () => {
    const nothing = stream([executing, failing, error, done("error")]);
    expect(judge(oneReply, [{ ...reply, stream: nothing, rows: bare("Hello") }]).verdict).toBe("holds");
    expect(judge(oneReply, [{ ...reply, rows: bare("Hello") }]).verdict).toBe("broken");
    expect(judge(failed, [{ ...reply, stream: nothing, rows: bare("Hello") }]).verdict).toBe("holds");
  });

  test("a cancelled reply is as far as it was streamed", () => {
    const cut = stream([executing, token("H"), { type: "done", finish_reason: "cancelled" }]);
    expect(judge(cancelled, { ...reply, stream: cut, rows: bare("Hello", "H") }).verdict).toBe("holds");
    expect(judge(cancelled, { ...reply, stream: cut }).verdict).toBe("broken");
  });
});
