import type { RowKeys } from "../../scripts/reference/tables.ts";

/** The tests that fail where a row of docs/reference.md is no longer true: by file, the literal titles. */
export type HoldingTests = Readonly<Record<string, string | readonly string[]>>;

type Holders = { readonly [Table in keyof RowKeys]: Readonly<Record<RowKeys[Table], HoldingTests>> };

/** The best test of each row of docs/reference.md; further ones where no single test covers the promise. */
export const HELD_BY: Holders = {
  endpoints: {
    "gateway.health": { "services/gateway/health.test.ts": "health names the process and its engine" },
    "gateway.live": {
      "services/gateway/health.test.ts":
        "with its engine a gateway is ready, without it is not, and it lives in any case",
    },
    "gateway.ready": {
      "services/gateway/health.test.ts":
        "with its engine a gateway is ready, without it is not, and it lives in any case",
    },
    "gateway.models": {
      "services/gateway/list-models.test.ts":
        "the engine's models are listed in the contract's shape, the default one marked",
    },
    "gateway.chat": {
      "services/gateway/chat.test.ts":
        "a reply comes whole, in the contract's order, with the engine's own counts",
      "services/gateway/resume-generation.test.ts":
        "the same message again joins its generation: one request at the engine, the same events",
    },
    "gateway.resume": {
      "services/gateway/pending.test.ts": [
        "the reply that a conversation waits for is asked with the history from the store",
        "a second GET joins the generation that the first one started",
      ],
    },
    "gateway.cancel": {
      "services/gateway/cancel.test.ts": [
        "a cancel in mid-reply ends it for every reader, and the engine stops",
        "a second cancel finds nothing to do",
      ],
    },
    "gateway.metrics": {
      "services/gateway/gateway-metrics.test.ts":
        "a gateway that has done nothing shows every series at 0, as Prometheus text",
    },
    "hmi.health": { "services/hmi/hmi.test.ts": "health names the process and what it needs" },
    "hmi.live": { "services/auth.test.ts": "whether the services live can be asked by everybody" },
    "hmi.ready": {
      "services/draining.test.ts":
        "a service that drains says so, begins nothing, and goes on with what it has begun",
    },
    "hmi.sendMessage": {
      "services/hmi/reply-relay.test.ts": "before the answer to a message, both rows are on disk",
    },
    "hmi.stream": {
      "services/hmi/rejoin.test.ts": [
        "a second reader of a running reply gets it from its first event",
        "a finished reply is sent again without asking the engine",
        "a reply is read by its own name, and by that of the message that it answers",
        "who has seen the end is told that nothing follows, also of an earlier reply, and of one that is gone",
      ],
    },
    "hmi.generalStream": {
      "services/hmi/reply-relay.test.ts": "a reply comes in the contract's order, from both endpoints",
    },
    "hmi.sessions": {
      "services/hmi/sessions.test.ts":
        "conversations are listed in the contract's shape, in pages and by profile",
    },
    "hmi.newSession": {
      "services/hmi/sessions.test.ts": "a new conversation is the active one, with its agent and model",
    },
    "hmi.resumeSession": {
      "services/hmi/sessions.test.ts": "a new conversation is the active one, with its agent and model",
    },
    "hmi.cancel": {
      "services/hmi/cancel.test.ts": "a cancel keeps what was streamed, in one row, and stops the engine",
      "services/cancel.test.ts": [
        "two cancels at once are one cancel",
        "a cancel while the summary is made stops that, and costs nothing",
      ],
      "services/hmi/foreign-gateway.test.ts": "a cancel is answered in time where the gateway %s, and saved",
    },
    "hmi.regenerate": {
      "services/hmi/regenerate.test.ts": [
        "the last message is answered again: its row stays, its reply is another",
        "one that fails leaves the earlier reply as it was, and tells its reader",
        "only the reply that is meant is answered again",
      ],
    },
    "hmi.search": {
      "services/hmi/search.test.ts": "what was said is found, by titles and by texts, with the place marked",
    },
    "hmi.chooseVersion": {
      "services/hmi/versions.test.ts": [
        "a reply that was made again is shown again when it is chosen, and streamed as the last one",
        "the next prompt is made of the way that is shown",
      ],
    },
    "hmi.events": {
      "services/hmi/events.test.ts": [
        "a message that one page sends is told to the others at once, and its end",
        "a page that comes back hears what it has missed; after a restart it is told to load anew",
      ],
    },
    "hmi.image": {
      "services/hmi/images.test.ts": "a %s is kept with its message, and given again as what it is",
    },
    "hmi.messages": {
      "services/hmi/model-id.test.ts": "9. after a reload the exchanges are there, in order, whole",
    },
    "hmi.renameSession": {
      "services/hmi/sessions.test.ts": "renaming trims, and refuses nothing and too much",
    },
    "hmi.archiveSession": {
      "services/hmi/sessions.test.ts": [
        "an archived conversation leaves the list and takes no more messages by default",
        "archiving in mid-reply ends the reply first",
      ],
    },
    "hmi.unarchiveSession": {
      "services/hmi/sessions.test.ts":
        "archived conversations are listed by themselves or with the others, and brought back by a call or a message",
    },
    "hmi.clearSession": {
      "services/hmi/sessions.test.ts":
        "clearing archives it and starts anew with the same profile, agent and model",
    },
    "hmi.deleteSession": {
      "services/hmi/cancel.test.ts":
        "deleting a conversation in mid-reply stops the engine, and nothing comes back",
    },
    "hmi.exportSession": {
      "services/hmi/sessions.test.ts": "an export is a download: Markdown to read, JSON with everything",
    },
    "hmi.exportChats": {
      "services/hmi/chat-transfer.test.ts": [
        "all that a user has is the same in the other one, a second time adds nothing, and no engine hears of it",
        "an export is a download with its date, and of what is not there there is none",
      ],
    },
    "hmi.importChats": {
      "services/hmi/chat-transfer.test.ts": [
        "what is wrong with a conversation costs that one alone, and is told by its place and the reason",
        "a file of another kind is told what was expected and what was found, and nothing is saved",
      ],
    },
    "hmi.models": { "services/hmi/hmi.test.ts": "the models are the engine's, as the gateway shows them" },
    "hmi.agents": {
      "services/hmi/hmi.test.ts": "every listed agent is accepted, and without its instructions",
    },
    "hmi.doctor": {
      "cli/doctor.test.ts": "the HMI tells the last ladder, how old it is, and what was started since",
      "services/hmi/doctor.test.ts": "an HMI that `stack up` has not started knows of no doctor",
    },
    "hmi.profiles": {
      "services/hmi/profiles.test.ts": "a profile is made, read, listed, changed and deleted",
    },
    "hmi.newProfile": {
      "services/hmi/profiles.test.ts": "a profile is made, read, listed, changed and deleted",
    },
    "hmi.profile": {
      "services/hmi/profiles.test.ts": "a profile is made, read, listed, changed and deleted",
    },
    "hmi.updateProfile": {
      "services/hmi/profiles.test.ts": "a profile is made, read, listed, changed and deleted",
    },
    "hmi.deleteProfile": {
      "services/hmi/profiles.test.ts": "a profile is made, read, listed, changed and deleted",
    },
    "pages.home": { "services/hmi/serve-pages.test.ts": "the start leads to the page" },
    "pages.llm": { "services/hmi/serve-pages.test.ts": "%s is the page" },
    "pages.newConversation": { "services/hmi/serve-pages.test.ts": "%s is the page" },
    "pages.conversation": { "services/hmi/serve-pages.test.ts": "%s is the page" },
    "pages.newProfileConversation": { "services/hmi/serve-pages.test.ts": "%s is the page" },
    "pages.profileConversation": { "services/hmi/serve-pages.test.ts": "%s is the page" },
    assets: { "services/hmi/serve-pages.test.ts": "each file is there for ever, with its own type" },
  },
  events: {
    started: {
      "services/gateway/chat.test.ts":
        "a reply comes whole, in the contract's order, with the engine's own counts",
      "services/gateway/pending.test.ts":
        "the reply that a conversation waits for is asked with the history from the store",
    },
    thinking: {
      "services/gateway/thinking.test.ts":
        "what a model thinks is told as thoughts, announced once, and is no part of the reply",
    },
    notice: {
      "services/gateway/queue.test.ts":
        "what had no room in the model's window is told, before the engine is asked",
      "services/gateway/limits.test.ts":
        "a model that says the same again and again is told once, and goes on",
    },
    status_update: {
      "services/gateway/chat.test.ts":
        "a reply comes whole, in the contract's order, with the engine's own counts",
    },
    token: {
      "services/gateway/surrogate-pair-joiner.test.ts":
        "text that was cut anywhere comes out the same, in pieces that are each well-formed",
    },
    usage: {
      "services/gateway/chat.test.ts":
        "a reply comes whole, in the contract's order, with the engine's own counts",
      "services/gateway/cancel.test.ts":
        "a cancel in mid-reply ends it for every reader, and the engine stops",
    },
    error: {
      "services/gateway/failures.test.ts": "an engine that is down is told at once, with what to do",
    },
    done: { "services/stream/send-event-stream.test.ts": "the server closes the stream after done" },
  },
  errors: {
    message_superseded: {
      "services/conversations/store-suites/regeneration-suite.ts":
        "only the last exchange can be named, by its message or its reply",
    },
    empty_reply: {
      "services/gateway/empty-reply.test.ts": "a reply of %s is no success: it says why, and what to do",
    },
    key_reused: {
      "services/conversations/store-suites/client-keys-suite.ts":
        "a key that comes again with another message is refused, whatever runs",
      "services/gateway/keys.test.ts": "a key that was used with %s is refused, while it runs and after",
    },
    not_supported: {
      "services/gateway/keys.test.ts": "a request with %s is refused by name, and the engine is not asked",
    },
    not_able: {
      "services/hmi/images.test.ts": "a model that cannot see is told before anything is saved",
      "services/gateway/require-capability.test.ts":
        "%s for a model that is not able are refused before the engine is asked",
      "services/gateway/thinking.test.ts": "a model that cannot think is told as such, where it is to",
    },
    reply_timeout: {
      "services/gateway/limits.test.ts":
        "a reply that takes too long ends with what has come, and the engine stops",
      "services/hmi/foreign-gateway.test.ts":
        "a reply that would not end is ended, saved, and stopped at the gateway",
    },
    bad_request: {
      "services/bad-requests.test.ts": "a body %s is refused by every call that takes one",
      "services/http/http-server.test.ts": "every bad field is named at once",
      "http-guard/malformed-requests.test.ts": [
        "%s is answered as the contract's errors are",
        "what Node refuses as %s is answered with %i",
      ],
    },
    invalid_model_id: { "services/hmi/model-id.test.ts": "1. model_id %s is %i %s, and nothing is saved" },
    message_too_long: {
      "services/hmi/hmi.test.ts": "a message of 50,000 characters is taken, a longer one is told",
    },
    unauthorized: { "services/auth.test.ts": "every call but the one for liveness asks for the token" },
    forbidden: { "services/http/guard-fastify-calls.test.ts": "Host %j is refused" },
    not_found: {
      "services/http/http-server.test.ts": "%s is answered as it must",
      "services/hmi/rejoin.test.ts":
        "a reconnect for a reply that is not there is refused, and sends nothing",
    },
    conversation_not_found: {
      "services/hmi/sessions.test.ts": "%s %s of a conversation that is not there is 404",
    },
    message_not_found: {
      "services/hmi/rejoin.test.ts": "a name that the conversation does not have is 404",
      "services/hmi/regenerate.test.ts": "only the reply that is meant is answered again",
    },
    model_profile_not_found: {
      "services/hmi/profiles.test.ts": "%s of a profile that is not there is 404",
    },
    model_not_found: {
      "services/gateway/list-models.test.ts": "an unknown model, %s, is told with the ones that there are",
      "services/hmi/fallback.test.ts": "%s from a gateway is passed on as it is, with %i",
    },
    agent_not_found: {
      "services/hmi/sessions.test.ts":
        "a message for another agent of a given conversation is 409; for one that is not there 404",
    },
    method_not_allowed: {
      "services/bad-requests.test.ts": "%s is 405 everywhere, with the methods that there are",
    },
    agent_mismatch: {
      "services/hmi/sessions.test.ts":
        "a message for another agent of a given conversation is 409; for one that is not there 404",
    },
    model_mismatch: {
      "services/hmi/model-id.test.ts":
        "7. a given conversation of another profile is 409, and nothing is written anywhere",
    },
    model_profile_in_use: {
      "services/hmi/profiles.test.ts": "a profile with conversations is not deleted",
    },
    generation_in_progress: {
      "services/hmi/sessions.test.ts":
        "a second message while one is answered is 409, and leaves nothing behind",
    },
    nothing_to_regenerate: {
      "services/hmi/regenerate.test.ts":
        "where nothing was said yet there is nothing to answer; an unknown conversation is 404",
    },
    nothing_to_stream: {
      "services/hmi/rejoin.test.ts":
        "a conversation without a reply has nothing to stream; one that is not there is 404",
    },
    misdirected: {
      "services/hmi/replicas.test.ts":
        "who makes a key up is refused, and names nobody by the header that goes with it",
    },
    draining: {
      "services/draining.test.ts":
        "a service that drains says so, begins nothing, and goes on with what it has begun",
    },
    owner_unreachable: {
      "services/hmi/replicas.test.ts":
        "where a reply's owner does not answer, a cancel is not told as done, and another copy leaves the reply alone",
    },
    payload_too_large: {
      "services/bad-requests.test.ts": "a body %s is refused by every call that takes one",
    },
    unsupported_media_type: {
      "services/bad-requests.test.ts": "a body %s is refused by every call that takes one",
    },
    rate_limited: {
      "services/http/rate-limit.test.ts":
        "one message too many is refused, with when to come back and which setting it was",
    },
    internal_error: { "services/http/http-server.test.ts": "%s is answered as it must" },
    not_implemented: {
      "services/hmi/fallback.test.ts": "%s from a gateway is passed on as it is, with %i",
    },
    engine_error: {
      "services/gateway/failures.test.ts":
        "%s in the place of Ollama's answer is an engine error, not a bug of the gateway",
    },
    reply_too_long: {
      "services/gateway/limits.test.ts":
        "an engine that sends %s: the reply ends with what fits, and the engine stops",
    },
    gateway_error: {
      "services/hmi/gateway-failures.test.ts":
        "a gateway that dies in mid-reply (%s): the text stays, the row says error, the reader is told",
      "services/auth.test.ts":
        "where the gateway asks for another token than the HMI has, the user is told so, not asked for one",
    },
    engine_unavailable: {
      "services/gateway/failures.test.ts": "an engine that is down is told at once, with what to do",
      "services/gateway/health.test.ts":
        "with its engine a gateway is ready, without it is not, and it lives in any case",
    },
    gateway_unavailable: {
      "services/hmi/hmi.test.ts": "without a gateway health is degraded, and what needs no gateway goes on",
    },
    store_unavailable: {
      "services/hmi/store-locked.test.ts":
        "while another program holds the lock, a message is refused with when to come back, and nothing waits",
    },
    store_full: {
      "services/hmi/store-full.test.ts":
        "on a disk that is really full (%s) nothing is lost and nobody is lied to",
    },
    timeout: { "services/hmi/fallback.test.ts": "%s from a gateway is passed on as it is, with %i" },
  },
  settings: {
    "hmi.host": { "services/settings.test.ts": "gateway and HMI listen where they are told to" },
    "hmi.port": { "services/settings.test.ts": "gateway and HMI listen where they are told to" },
    "gateway.host": { "services/settings.test.ts": "gateway and HMI listen where they are told to" },
    "gateway.port": { "services/settings.test.ts": "gateway and HMI listen where they are told to" },
    "engine.url": {
      "services/in-process-stack.test.ts": "a running engine is used, and not stopped",
      "services/settings.test.ts": "the stand-in listens at engine.url, and takes its time for each token",
    },
    "engine.api": {
      "services/settings.test.ts": "with engine.api %s the engine is asked by that call",
      "doctor/examine.test.ts":
        "a stack before an OpenAI-compatible server is climbed to its top, and nothing is called by another name",
    },
    "engine.api_key": {
      "services/gateway/openai-call.test.ts": "shows the key",
      "launch/service-specs.test.ts": "the engine is asked with its own key, which only the gateway is given",
    },
    "engine.token_delay_ms": {
      "services/settings.test.ts": "the stand-in listens at engine.url, and takes its time for each token",
    },
    "engine.tap_port": {
      "cli/tapped-stack.test.ts":
        "with engine.tap_port a tap stands between gateway and engine, and verify sees by it",
    },
    "chat.model": { "services/start-services.test.ts": "settings of streams and chat reach the services" },
    "chat.agent": { "services/start-services.test.ts": "settings of streams and chat reach the services" },
    "chat.think": {
      "services/hmi/window.test.ts":
        "a message's own think and keep_alive go first, then its profile's, then the configuration's",
    },
    "chat.keep_alive": {
      "services/hmi/window.test.ts":
        "a message's own think and keep_alive go first, then its profile's, then the configuration's",
    },
    "stream.heartbeat_ms": { "services/hmi/rejoin.test.ts": "heartbeats come while the engine is silent" },
    "stream.orphan_grace_ms": {
      "services/settings.test.ts": "a generation without readers goes on for as long as the setting says",
    },
    "stream.on_reader_gone": {
      "services/hmi/reader-gone.test.ts":
        "when the last reader leaves, the reply is cancelled after the grace, and the engine stops",
      "services/hmi/reply-relay.test.ts": "when the reader leaves, the reply is still finished and saved",
    },
    "stream.keep_finished_ms": {
      "services/settings.test.ts": "a finished reply is kept at the gateway for as long as the setting says",
    },
    "stream.keep_finished_bytes": {
      "services/stream/retain-finished-logs.test.ts":
        "where all of them take more than the limit, the oldest are forgotten first",
    },
    "stream.max_reply_ms": {
      "services/gateway/limits.test.ts":
        "a reply that takes too long ends with what has come, and the engine stops",
    },
    "engine.max_concurrent": {
      "services/gateway/queue.test.ts":
        "no more replies are asked for than may be at a time; who waits is told, and comes in order",
    },
    "stream.max_reply_chars": {
      "services/gateway/limits.test.ts":
        "an engine that sends %s: the reply ends with what fits, and the engine stops",
      "services/hmi/limits.test.ts":
        "a foreign gateway that sends %s: what fits is saved, and the connection is closed",
    },
    "stream.stalled_reader_ms": {
      "services/stream/send-event-stream.test.ts":
        "who takes nothing for too long is cut off, and may come back",
    },
    "stream.drain_ms": {
      "services/draining.test.ts": "a gateway that is asked to stop writes its reply to the end first",
    },
    "stream.save_every_ms": {
      "services/hmi/reply-relay.test.ts": "the text grows on disk while it is streamed",
    },
    "auth.token": { "services/auth.test.ts": "every call but the one for liveness asks for the token" },
    "auth.users": {
      "services/people.test.ts":
        "is answered for what is Alice's as for what is not there, and changes nothing of it",
    },
    "auth.user_header": {
      "services/http/caller-identification.test.ts":
        "the header is believed from the proxies' addresses alone: %j",
    },
    "auth.trusted_proxies": {
      "services/people.test.ts": "from addresses that are no proxy's the header says nothing",
    },
    "http.allowed_hosts": {
      "services/settings.test.ts": "gateway and HMI answer to the allowed hosts, and to no other",
    },
    "http.messages_per_minute": {
      "services/http/rate-limit.test.ts":
        "the HMI limits by its setting, and a stream that is cut may come back",
    },
    "contract.driver": {
      "targets/drivers/shipped-drivers.test.ts":
        "each driver that is told of is there, and enough to talk by",
    },
    "contract.wire": {
      "targets/drivers/described-chat.test.ts":
        "a back end with odd choices is talked to as its description says",
    },
    "contract.lacks": {
      "cli/contract.test.ts":
        "what the configuration says of a foreign stack is what its claims are judged by",
    },
    "contract.endpoints": {
      "targets/contract-adapting-client.test.ts":
        "an endpoint elsewhere is called there, and what is written down is where",
    },
    "contract.request_fields": {
      "targets/contract-adapting-client.test.ts":
        "fields are renamed in queries, in bodies and in answers, and not in what is free JSON",
    },
    "contract.answer_fields": {
      "targets/contract-adapting-client.test.ts":
        "fields are renamed in queries, in bodies and in answers, and not in what is free JSON",
    },
    "contract.event_fields": {
      "targets/contract-adapting-client.test.ts":
        "the fields of events are renamed before they are read; the bytes stay as they came",
    },
    "contract.store": {
      "targets/store/verify.test.ts":
        "the rows are judged that the store's file holds, and the report says so",
      "contract/store-address.test.ts": "%s is an address",
    },
    "contract.store_names": {
      "targets/store/target-store.test.ts":
        "is read by the names that its backend has for tables and columns",
    },
    "monitor.webhook_url": {
      "config/load-config.test.ts": "settings of the monitor are read, and a webhook is a web address",
    },
    "monitor.metrics_host": {
      "config/load-config.test.ts": "settings of the monitor are read, and a webhook is a web address",
    },
    "monitor.metrics_port": {
      "config/load-config.test.ts": "settings of the monitor are read, and a webhook is a web address",
    },
    "replicas.advertise_host": {
      "services/replicas/advertised-url.test.ts":
        "other copies reach a service where the setting says, or where it listens",
    },
    "replicas.gateway_urls": {
      "services/http/interchangeable-servers.test.ts": [
        "each request goes to the next, under the name that this one has",
        "one that is not there is passed over, wherever the turn is",
      ],
      "launch/plan-services.test.ts":
        "of several copies each has a name and a port, and the HMIs are told all gateways",
    },
    "store.url": {
      "config/store-url.test.ts": "a url cannot go with store.path: nobody knows which was meant",
      "services/postgresql-stack.test.ts":
        "a stack on PostgreSQL answers a message, and goes on with it after a restart of all",
    },
    "store.path": {
      "services/in-process-stack.test.ts": "a database file is used, and keeps what was said",
      "config/load-config.test.ts":
        "a file is found from any folder below it, and its relative paths are meant from its own",
    },
    "store.synchronous": {
      "services/conversations/sqlite/wal-sync.test.ts":
        "with synchronous %s a commit is acknowledged %s the WAL was synced",
    },
    "state.dir": {
      "cli/up.test.ts":
        "up --detach brings three services up in order, status shows them, and down leaves nothing",
    },
    "log.level": {
      "service-process.test.ts": "at log.level %s a service that is started and stopped logs %j",
    },
  },
  "settings of a service": {
    command: {
      "config/services/read-services.test.ts":
        "a command is a line or a list of words, and a path in it is meant from its folder",
    },
    watch: {
      "cli/watch.test.ts": "a change in what a service watches restarts it, and one event names the file",
    },
    kind: {
      "cli/jobs.test.ts":
        "what depends on a job starts once it is done, and a second up does not run it again",
    },
    embedded: {
      "config/services/read-services.test.ts":
        "without services in the file there are ours, each after what it needs",
    },
    replicas: {
      "config/replicas.test.ts": [
        "several copies on PostgreSQL are taken, and one of anything",
        "refused are copies with %s",
      ],
      "cli/replicas.test.ts":
        "each listens on a port of its own, has one name together, and a second up changes nothing",
    },
    url: {
      "config/services/read-services.test.ts":
        "without ready a port should take a connection, and a URL answer",
    },
    cwd: {
      "config/services/read-services.test.ts":
        "a command is a line or a list of words, and a path in it is meant from its folder",
    },
    env: {
      "config/services/read-services.test.ts":
        "variables come from files in their order, and from env over all",
    },
    env_files: {
      "config/services/read-services.test.ts": [
        "variables come from files in their order, and from env over all",
        "a file of variables that is missing or malformed is told where the user names it",
      ],
    },
    color: {
      "cli/colours.test.ts":
        "a service with `color: true` colours its log, which a terminal shows, and nothing else of its codes",
    },
    host: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    port: {
      "config/services/read-services.test.ts":
        "two services on one port are told with both lines, a wildcard and a role among them",
    },
    depends_on: {
      "config/services/read-services.test.ts": [
        "an unknown dependency is told with the name that was meant",
        "a circle of dependencies is told once, with its path",
      ],
    },
    ready: {
      "config/services/read-services.test.ts":
        "without ready a port should take a connection, and a URL answer",
    },
    "ready.http": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.status": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.json": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.headers": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.tcp": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.log": { "config/services/read-services.test.ts": "ready: %s" },
    "ready.command": {
      "config/services/read-services.test.ts": "the command of a probe runs where its service does",
    },
    "ready.timeout_ms": { "config/services/read-services.test.ts": "ready: %s" },
    live: {
      "config/services/read-services.test.ts": "liveness is a probe, with how often and how many failures",
    },
    "live.every_ms": {
      "config/services/read-services.test.ts": "liveness is a probe, with how often and how many failures",
    },
    "live.failures": {
      "config/services/read-services.test.ts": "liveness is a probe, with how often and how many failures",
    },
    start_timeout_ms: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    stop_timeout_ms: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    stop_signal: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    restart: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "restart.policy": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "restart.backoff_ms": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "restart.max_backoff_ms": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "restart.limit": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "restart.within_ms": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    log: { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "log.max_bytes": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
    "log.keep": { "config/services/read-services.test.ts": "%s is kept as it is meant" },
  },
};
