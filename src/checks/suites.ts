import type { Suite } from "../harness/define-check.ts";
import type { Target } from "../targets/open-target.ts";
import { atOnce } from "./cancel/cancel-at-once.ts";
import { beforeFirstToken } from "./cancel/cancel-before-first-token.ts";
import { deleted } from "./cancel/cancel-deleted.ts";
import { ending } from "./cancel/cancel-ending.ts";
import { everyReader } from "./cancel/cancel-every-reader.ts";
import { gateway } from "./cancel/cancel-gateway.ts";
import { idle, idleThenSend } from "./cancel/cancel-idle.ts";
import { inTime } from "./cancel/cancel-in-time.ts";
import { late } from "./cancel/cancel-late.ts";
import { midReply } from "./cancel/cancel-mid-reply.ts";
import { named as namedCancel } from "./cancel/cancel-named.ts";
import { nextMessage } from "./cancel/cancel-next-message.ts";
import { onlyItsOwn } from "./cancel/cancel-only-its-own.ts";
import { saved } from "./cancel/cancel-saved.ts";
import { silence } from "./cancel/cancel-silence.ts";
import { slots } from "./cancel/cancel-slots.ts";
import { twice } from "./cancel/cancel-twice.ts";
import { unknown } from "./cancel/cancel-unknown.ts";
import { usage as cancelUsage } from "./cancel/cancel-usage.ts";
import { nextAfterEngineKill, nextAfterGatewayKill, nextAfterHmiKill } from "./drill/next-after-kill.ts";
import { onceAfterHmiKill } from "./drill/once-after-hmi-kill.ts";
import { savedAfterEngineKill, savedAfterGatewayKill } from "./drill/saved-after-kill.ts";
import { savedBeforeHmiKill } from "./drill/saved-before-hmi-kill.ts";
import { servicesBack } from "./drill/services-back.ts";
import { settledAfterHmiKill } from "./drill/settled-after-hmi-kill.ts";
import { shownAfterHmiKill } from "./drill/shown-after-hmi-kill.ts";
import { toldOfEngineKill, toldOfGatewayKill } from "./drill/told-of-kill.ts";
import { activeStreams } from "./health/active-streams.ts";
import { metrics } from "./health/health-metrics.ts";
import { probes } from "./health/health-probes.ts";
import { quick } from "./health/health-quick.ts";
import { report } from "./health/health-report.ts";
import { truth } from "./health/health-truth.ts";
import { metricsCount } from "./health/metrics-count.ts";
import { badFields } from "./http/bad-fields.ts";
import { assets } from "./http/http-assets.ts";
import { errorBody } from "./http/http-error-body.ts";
import { errorStatus } from "./http/http-error-status.ts";
import { harmless } from "./http/http-harmless.ts";
import { host } from "./http/http-host.ts";
import { methods } from "./http/http-methods.ts";
import { origin } from "./http/http-origin.ts";
import { pages } from "./http/http-pages.ts";
import { tools } from "./http/http-tools.ts";
import { lastMessage } from "./http/last-message.ts";
import { noInternals } from "./http/no-internals.ts";
import { oneHost } from "./http/one-host.ts";
import { pageSecurity } from "./http/page-security.ts";
import { unknownFields } from "./http/unknown-fields.ts";
import { anotherCancel } from "./isolation/another-cancel.ts";
import { anotherEvents } from "./isolation/another-events.ts";
import { anotherExport } from "./isolation/another-export.ts";
import { anotherImage } from "./isolation/another-image.ts";
import { anotherList } from "./isolation/another-list.ts";
import { anotherProfile } from "./isolation/another-profile.ts";
import { anotherRows } from "./isolation/another-rows.ts";
import { anotherStream } from "./isolation/another-stream.ts";
import { clientKeyOwn } from "./isolation/client-key-own.ts";
import { doubleSubmit } from "./isolation/double-submit.ts";
import { firstMessages } from "./isolation/first-messages.ts";
import { history } from "./isolation/isolation-history.ts";
import { prompts } from "./isolation/isolation-prompts.ts";
import { rows } from "./isolation/isolation-rows.ts";
import { streams } from "./isolation/isolation-streams.ts";
import { keyReused } from "./isolation/key-reused.ts";
import { messageIdReused } from "./isolation/message-id-reused.ts";
import { oneRequest } from "./isolation/one-request.ts";
import { openedMeanwhile } from "./isolation/opened-meanwhile.ts";
import { sameMessageId } from "./isolation/same-message-id.ts";
import { twoDevices } from "./isolation/two-devices.ts";
import { emptyReply } from "./limits/limits-empty-reply.ts";
import { endless } from "./limits/limits-endless.ts";
import { repeating } from "./limits/limits-repeating.ts";
import { window } from "./limits/limits-window.ts";
import { longMessage } from "./limits/long-message.ts";
import { rateLimited } from "./limits/rate-limited.ts";
import { summaryOptions } from "./limits/summary-options.ts";
import { givenSession } from "./model-conversation/given-session.ts";
import { accepted } from "./model-conversation/model-conversation-accepted.ts";
import { profileContext } from "./model-conversation/model-conversation-context.ts";
import { conversation } from "./model-conversation/model-conversation-conversation.ts";
import { reload } from "./model-conversation/model-conversation-reload.ts";
import { reply } from "./model-conversation/model-conversation-reply.ts";
import { summary } from "./model-conversation/model-conversation-summary.ts";
import { oneActive } from "./model-conversation/one-active.ts";
import { userMessage } from "./model-conversation/user-message.ts";
import { answeredBy } from "./models/answered-by.ts";
import { defaultListed } from "./models/default-listed.ts";
import { defaultUsed } from "./models/default-used.ts";
import { displayName } from "./models/display-name.ts";
import { agents } from "./models/models-agents.ts";
import { images } from "./models/models-images.ts";
import { list } from "./models/models-list.ts";
import { names } from "./models/models-names.ts";
import { prefix } from "./models/models-prefix.ts";
import { switched } from "./models/models-switch.ts";
import { unknown as unknownModel } from "./models/models-unknown.ts";
import { profileDefault } from "./models/profile-default.ts";
import { keptMessage, oneReply, settled } from "./persistence/every-reply.ts";
import { nextTurn } from "./persistence/next-turn.ts";
import { cancelled } from "./persistence/persistence-cancelled.ts";
import { complete } from "./persistence/persistence-complete.ts";
import { concurrent } from "./persistence/persistence-concurrent.ts";
import { failed } from "./persistence/persistence-failed.ts";
import { grows } from "./persistence/persistence-grows.ts";
import { readerLeft } from "./persistence/reader-left.ts";
import { rowOrder } from "./persistence/row-order.ts";
import { rowUsage } from "./persistence/row-usage.ts";
import { savedAtDone } from "./persistence/saved-at-done.ts";
import { cancelledKeeps } from "./regenerate/cancelled-keeps.ts";
import { editedKeeps } from "./regenerate/edited-keeps.ts";
import { editedPrompt } from "./regenerate/edited-prompt.ts";
import { failedKeeps } from "./regenerate/failed-keeps.ts";
import { named as namedRegenerate } from "./regenerate/regenerate-named.ts";
import { replaces } from "./regenerate/regenerate-replaces.ts";
import { versions } from "./regenerate/regenerate-versions.ts";
import { cancelElsewhere } from "./replicas/cancel-elsewhere.ts";
import { gatewayOnce } from "./replicas/gateway-once.ts";
import { heardElsewhere } from "./replicas/heard-elsewhere.ts";
import { oneBegins } from "./replicas/one-begins.ts";
import { oneWriter } from "./replicas/one-writer.ts";
import { drain } from "./replicas/replicas-drain.ts";
import { resume } from "./replicas/replicas-resume.ts";
import { sameKey } from "./replicas/same-key.ts";
import { shownEverywhere } from "./replicas/shown-everywhere.ts";
import { betweenTokens } from "./sla/between-tokens.ts";
import { firstToken } from "./sla/first-token.ts";
import { noDrops } from "./sla/no-drops.ts";
import { accepted as acceptedInTime } from "./sla/sla-accepted.ts";
import { afterDone } from "./sse/after-done.ts";
import { firstByte } from "./sse/first-byte.ts";
import { gatewayJoin } from "./sse/gateway-join.ts";
import { namedStream } from "./sse/named-stream.ts";
import { noRetry } from "./sse/no-retry.ts";
import { oneGeneration } from "./sse/one-generation.ts";
import { readAgain } from "./sse/read-again.ts";
import { done } from "./sse/sse-done.ts";
import { engineFailure } from "./sse/sse-engine-failure.ts";
import { frames } from "./sse/sse-frames.ts";
import { headers } from "./sse/sse-headers.ts";
import { heartbeat } from "./sse/sse-heartbeat.ts";
import { ids } from "./sse/sse-ids.ts";
import { kept } from "./sse/sse-kept.ts";
import { length } from "./sse/sse-length.ts";
import { order } from "./sse/sse-order.ts";
import { pace } from "./sse/sse-pace.ts";
import { reconnect } from "./sse/sse-reconnect.ts";
import { schema } from "./sse/sse-schema.ts";
import { started } from "./sse/sse-started.ts";
import { text } from "./sse/sse-text.ts";
import { uncounted } from "./sse/sse-uncounted.ts";
import { usage } from "./sse/sse-usage.ts";
import { notSent } from "./thoughts/not-sent.ts";
import { apart } from "./thoughts/thoughts-apart.ts";
import { kept as keptThoughts } from "./thoughts/thoughts-kept.ts";

/**
 * The suites that `stack verify <suite>` runs, each with its checks in the order in which they are told. Those are alone
 * to which a silent reply of `sse` is not nothing: an HMI makes no summary meanwhile, and an engine loads its model with
 * no other window.
 */
export const suites: readonly Suite<Target>[] = [
  {
    name: "model-conversation",
    title: "What model_id must do: the nine claims that BUG-016 broke (contract, section 4).",
    isAlone: true,
    checks: [
      accepted,
      conversation,
      userMessage,
      reply,
      profileContext,
      summary,
      givenSession,
      oneActive,
      reload,
    ],
  },
  {
    name: "cancel",
    title: "Stopping a reply: at the reader and at the engine, and what is left of it (contract, section 2).",
    checks: [
      midReply,
      beforeFirstToken,
      silence,
      atOnce,
      ending,
      saved,
      twice,
      idle,
      idleThenSend,
      unknown,
      onlyItsOwn,
      everyReader,
      nextMessage,
      deleted,
      gateway,
      namedCancel,
      late,
      cancelUsage,
      inTime,
      slots,
    ],
  },
  {
    name: "persistence",
    title: "What is stored: streamed, stored and read again are one text, however the reply ended.",
    checks: [
      complete,
      cancelled,
      readerLeft,
      failed,
      keptMessage,
      oneReply,
      settled,
      savedAtDone,
      grows,
      rowOrder,
      concurrent,
      rowUsage,
      nextTurn,
    ],
  },
  {
    name: "isolation",
    title:
      "Conversations, keys and people keep apart: streams, rows, prompts, lists (contract, sections 1 and 7).",
    checks: [
      streams,
      rows,
      prompts,
      oneRequest,
      openedMeanwhile,
      history,
      doubleSubmit,
      keyReused,
      clientKeyOwn,
      sameMessageId,
      messageIdReused,
      firstMessages,
      twoDevices,
      anotherList,
      anotherRows,
      anotherExport,
      anotherStream,
      anotherCancel,
      anotherProfile,
      anotherImage,
      anotherEvents,
    ],
  },
  {
    name: "thoughts",
    title:
      "What a model thinks has a place of its own: beside what it says, and in no prompt (contract, section 1).",
    checks: [apart, keptThoughts, notSent],
  },
  {
    name: "regenerate",
    title:
      "A reply made again, or a message edited: of the one that is named, and never at the cost of what was there (contract, section 3).",
    checks: [replaces, failedKeeps, cancelledKeeps, namedRegenerate, versions, editedKeeps, editedPrompt],
  },
  {
    name: "models",
    title:
      "Names of models and agents: listed, accepted, and unchanged up to the engine (contract, sections 2 and 3).",
    checks: [
      list,
      defaultListed,
      defaultUsed,
      answeredBy,
      names,
      switched,
      profileDefault,
      prefix,
      unknownModel,
      displayName,
      images,
      agents,
    ],
  },
  {
    name: "http",
    title: "What every call gets: errors, caching, and who may call (contract, sections 3, 5 and 7).",
    checks: [
      errorBody,
      errorStatus,
      badFields,
      unknownFields,
      tools,
      lastMessage,
      noInternals,
      methods,
      pages,
      assets,
      pageSecurity,
      host,
      oneHost,
      origin,
      harmless,
    ],
  },
  {
    name: "sse",
    title: "What every event stream must do, at the HMI and at the gateway (contract, section 1).",
    checks: [
      started,
      headers,
      frames,
      schema,
      order,
      ids,
      done,
      usage,
      uncounted,
      length,
      firstByte,
      heartbeat,
      pace,
      text,
      engineFailure,
      kept,
      noRetry,
      reconnect,
      oneGeneration,
      afterDone,
      readAgain,
      namedStream,
      gatewayJoin,
    ],
  },
  {
    name: "limits",
    title:
      "Where a model or its engine comes to an end, or to none, somebody is told (contract, sections 1 and 3).",
    isAlone: true,
    checks: [endless, emptyReply, repeating, rateLimited, window, summaryOptions, longMessage],
  },
  {
    name: "health",
    title: "What the services say of themselves is there, true, and answered in time (contract, section 2).",
    isAlone: true,
    checks: [report, truth, activeStreams, probes, metrics, metricsCount, quick],
  },
  {
    name: "replicas",
    title:
      "Several copies behind one address: wherever a call arrives, it is answered as if there were one (contract, section 9).",
    isAlone: true,
    checks: [
      resume,
      oneWriter,
      shownEverywhere,
      cancelElsewhere,
      heardElsewhere,
      oneBegins,
      sameKey,
      gatewayOnce,
      drain,
    ],
  },
  {
    name: "sla",
    title: "The service targets: how soon a message is taken, and how its reply comes (contract, section 6).",
    isAlone: true,
    checks: [acceptedInTime, firstToken, betweenTokens, noDrops],
  },
];

/** Kills services of the stack: it is run only where that is asked for by name, and only on what is ours to kill. */
export const drillSuite: Suite<Target> = {
  name: "drill",
  title: "A service is killed in mid-reply: what is told, saved and shown, and how the stack goes on.",
  checks: [
    toldOfGatewayKill,
    savedAfterGatewayKill,
    nextAfterGatewayKill,
    toldOfEngineKill,
    savedAfterEngineKill,
    nextAfterEngineKill,
    savedBeforeHmiKill,
    settledAfterHmiKill,
    onceAfterHmiKill,
    shownAfterHmiKill,
    nextAfterHmiKill,
    servicesBack,
  ],
};

/** Also what is run only where it is asked for. */
export const everySuite: readonly Suite<Target>[] = [...suites, drillSuite];
