/** The topology and the REST API write names in camelCase, Terraform in snake_case. */

/** `signallingPort` → `signalling_port`. */
export function snakeCase(name: string): string {
  return name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
