import { useEffect, useRef, useState } from "preact/hooks";
import { Field } from "./Field.tsx";

interface TokenFormProps {
  /** True where the token that was given is not the right one. */
  readonly isRefused: boolean;
  readonly onToken: (token: string) => void;
}

/** Asks for the token without which the HMI answers nobody. */
export function TokenForm({ isRefused, onToken }: TokenFormProps) {
  const [token, setToken] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <main class="gate">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") onToken(token.trim());
        }}
      >
        <h1>This stack asks for a token</h1>
        <Field
          label="Token"
          hint="Your own, or the stack's: auth.users and auth.token in its configuration. It is kept until this tab is closed."
          error={
            isRefused
              ? "That is not the token. Ask whoever runs the stack: auth.users and auth.token in its configuration."
              : undefined
          }
        >
          {(control) => (
            <input
              {...control}
              ref={input}
              type="password"
              autocomplete="off"
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="buttons">
          <button type="submit" class="primary">
            Continue
          </button>
        </div>
      </form>
    </main>
  );
}
