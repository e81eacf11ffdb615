/** For YAML that kubectl and Docker read: by its first edition, to which a bare `off` is no text; and without anchors. */
export const YAML_DIALECT = { compat: "yaml-1.1", aliasDuplicateObjects: false } as const;
