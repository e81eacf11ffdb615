/** Tells the supervisor's process that the folder for its compiled code is not of the user's choice. */
export const OWN_COMPILE_CACHE = "--own-compile-cache";
