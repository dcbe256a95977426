/** The topology and the REST API write names in camelCase, Terraform in snake_case. */

/** `signallingPort` → `signalling_port`. */
export function snakeCase(name: string): string {
  return name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `signalling_port` → `signallingPort`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
