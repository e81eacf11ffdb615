/** A service of ours that listens. */
export interface RunningService {
  readonly url: string;
  readonly port: number;
  /**
   * Takes nothing new any more, and lets what it has begun come to its end, or be handed over, for this many milliseconds
   * at most; to be followed by {@link close}. Left out where a service has nothing to end.
   */
  drain?(ms: number): Promise<void>;
  /** Ends its streams and stops to listen. */
  close(): Promise<void>;
}
