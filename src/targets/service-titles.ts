/** A service as sentences name it. */
export const SERVICE_TITLES = { hmi: "HMI", gateway: "gateway", engine: "engine" } as const;
