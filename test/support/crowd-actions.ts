import { gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { GIF } from "./pictures.ts";

/** What an action is about. Keys are of the actor's own things, or of another's; undefined where there are none yet. */
export interface Subject {
  readonly session_id: string;
  readonly message_id: string;
  readonly model_id: string;
  readonly image_id: string;
  /** A message of the actor's. */
  readonly message: string;
  /** One of a few keys that all of them use. */
  readonly client_message_id: string;
  /** The actor's word. */
  readonly word: string;
  readonly isEven: boolean;
}

type Key = "session_id" | "message_id" | "model_id" | "image_id";

export interface Asked {
  readonly base?: "gateway";
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Action {
  /** The keys that it names: where one is another's, it has to be answered as if that were not there. */
  readonly needs: readonly Key[];
  /** How often it is done beside the others; once where it is left out. */
  readonly weight?: number;
  readonly ask: (subject: Subject) => Asked;
}

/** An action on a conversation that has a route of its own. */
function onConversation(
  route: { readonly method: string; path(params: { session_id: string }): string },
  bodyOf?: (subject: Subject) => object,
): Action {
  return {
    needs: ["session_id"],
    ask: (subject) => ({
      method: route.method,
      path: route.path(subject),
      ...(bodyOf && { body: bodyOf(subject) }),
    }),
  };
}

function sending(needs: readonly Key[], bodyOf: (subject: Subject) => object, weight = 1): Action {
  const path = hmiRoutes.sendMessage.path();
  return {
    needs,
    weight,
    ask: (subject) => ({ path, body: { message: subject.message, ...bodyOf(subject) } }),
  };
}

const comingBackAfter = (message_id: string) => ({ "last-event-id": `${message_id}:3.0.0` });
const maybeNamed = ({ isEven, message_id }: Subject): object => (isEven ? {} : { message_id });

/** All that people do. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  "send first": sending([], () => ({ session_id: null })),
  "send first with key": sending([], ({ client_message_id }) => ({ client_message_id })),
  "send a picture": sending([], () => ({ model: "gemma3:4b", images: [GIF] })),
  "send to profile": sending(["model_id"], ({ model_id }) => ({ model_id: Number(model_id) })),
  send: sending(
    ["session_id"],
    ({ session_id, client_message_id }) => ({ session_id, client_message_id }),
    3,
  ),
  general: {
    needs: [],
    ask: ({ message, client_message_id }) => ({
      path: hmiRoutes.generalStream.path(undefined, { message, client_message_id }),
    }),
  },
  "general, coming back": {
    needs: ["message_id"],
    ask: ({ message, message_id }) => ({
      path: hmiRoutes.generalStream.path(undefined, { message }),
      headers: comingBackAfter(message_id),
    }),
  },
  stream: onConversation(hmiRoutes.stream),
  "stream by name": {
    needs: ["session_id", "message_id"],
    ask: ({ session_id, message_id }) => ({ path: hmiRoutes.stream.path({ session_id }, { message_id }) }),
  },
  "stream, coming back": {
    needs: ["session_id"],
    ask: ({ session_id, message_id }) => ({
      path: hmiRoutes.stream.path({ session_id }),
      headers: comingBackAfter(message_id),
    }),
  },
  messages: { ...onConversation(hmiRoutes.messages), weight: 2 },
  export: onConversation(hmiRoutes.exportSession),
  cancel: onConversation(hmiRoutes.cancel, maybeNamed),
  regenerate: onConversation(hmiRoutes.regenerate, maybeNamed),
  rename: onConversation(hmiRoutes.renameSession, ({ word }) => ({ title: `Title ${word}` })),
  resume: onConversation(hmiRoutes.resumeSession),
  archive: onConversation(hmiRoutes.archiveSession),
  clear: onConversation(hmiRoutes.clearSession),
  delete: { ...onConversation(hmiRoutes.deleteSession), weight: 2 },
  sessions: {
    needs: [],
    ask: ({ model_id }) => ({ path: hmiRoutes.sessions.path(undefined, { model_id }) }),
  },
  new: { needs: [], ask: () => ({ path: hmiRoutes.newSession.path(), body: {} }) },
  image: { needs: ["image_id"], ask: (subject) => ({ path: hmiRoutes.image.path(subject) }) },
  profiles: { needs: [], ask: () => ({ path: hmiRoutes.profiles.path() }) },
  "new profile": {
    needs: [],
    ask: ({ word }) => ({
      path: hmiRoutes.newProfile.path(),
      body: { name: `Of ${word}`, instructions: word },
    }),
  },
  profile: { needs: ["model_id"], ask: (subject) => ({ path: hmiRoutes.profile.path(subject) }) },
  "change profile": {
    needs: ["model_id"],
    ask: (subject) => ({
      method: "PUT",
      path: hmiRoutes.updateProfile.path(subject),
      body: { description: subject.word },
    }),
  },
  "gateway stream": { ...onGateway(onConversation(gatewayRoutes.resume)) },
  "gateway cancel": { ...onGateway(onConversation(gatewayRoutes.cancel, maybeNamed)) },
};

function onGateway(action: Action): Action {
  return { ...action, ask: (subject) => ({ ...action.ask(subject), base: "gateway" }) };
}

/** Their names, each as often as it is done. */
export const CHOICES = Object.entries(ACTIONS).flatMap(([name, { weight = 1 }]) =>
  Array<string>(weight).fill(name),
);
