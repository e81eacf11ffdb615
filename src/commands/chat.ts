import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { namedTarget } from "../cli/choose-target.ts";
import { announceSlowWaits } from "../cli/slow-wait-notice.ts";
import { targetFlags } from "../cli/verify-flags.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { type ChatResult, chatOnce } from "../targets/chat-once.ts";

const { hmi, gateway, engine, contract } = targetFlags;

export default class Chat extends BaseCommand {
  static override summary =
    "Send one message through HMI, gateway and engine, and print the reply as it comes.";
  static override description = "Ctrl-C cancels the reply, so that the engine stops too.";
  static override examples = [
    '<%= config.bin %> chat "Count to 5"',
    '<%= config.bin %> chat "Hello" --profile 184 --model llama3.1:8b',
    '<%= config.bin %> chat "Hello" --contract openai-chat --gateway http://127.0.0.1:4000',
  ];
  static override args = {
    message: Args.string({ description: "What to say.", required: true }),
  };
  static override flags = {
    model: Flags.string({
      description: "The engine's model. Default: the configured one.",
      helpValue: "NAME",
    }),
    profile: Flags.integer({
      description: "The model profile to chat about (its model_id).",
      helpValue: "ID",
      min: 1,
    }),
    agent: Flags.string({ description: "The agent to chat with.", helpValue: "ID" }),
    session: Flags.string({ description: "The conversation to go on with.", helpValue: "ID" }),
    hmi,
    gateway,
    engine,
    contract,
  };

  async run(): Promise<ChatResult> {
    const { args, flags } = await this.parse(Chat);
    const config = await this.loadConfig(flags.config, flags.contract);
    const isJson = this.jsonEnabled();
    const reply = this.screen.stream();
    const { aside } = this;
    const waits = announceSlowWaits(aside);
    waits.begin("waiting for the reply");
    let thoughts = "";
    const result = await chatOnce({
      target: await namedTarget(flags, config),
      message: args.message,
      model: flags.model,
      modelId: flags.profile,
      agentId: flags.agent,
      sessionId: flags.session,
      signal: this.interruptSignal(),
      onText: (text) => {
        waits.begin("waiting for more of the reply");
        // What was thought makes way for what is said.
        if (thoughts !== "") aside.progress("");
        if (!isJson) reply.write(text);
      },
      // Who watches sees that something goes on.
      onThought: (thought) => {
        if (thoughts === "") waits.begin("thinking");
        thoughts += thought;
        aside.progress(`  thinking: ${lastLineOf(thoughts)}`);
      },
      onNotice: ({ message, hint }) => {
        aside.line(`  ${message}${hint === undefined ? "" : ` ${hint}`}`, 2);
      },
    }).finally(() => waits.end());
    if (!isJson) {
      reply.end();
      this.screen.line();
    }
    if (result.finish_reason === "cancelled") process.exitCode = EXIT.interrupted;
    if (result.error !== null) {
      const { message, hint } = result.error;
      throw new UserError("chat_failed", message, {
        exitCode: EXIT.failed,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    return result;
  }
}

/** The end of what was thought, where it fits into a line. */
function lastLineOf(thoughts: string): string {
  return thoughts.trimEnd().split("\n").at(-1)?.slice(-THOUGHT_CHARS) ?? "";
}

const THOUGHT_CHARS = 60;
