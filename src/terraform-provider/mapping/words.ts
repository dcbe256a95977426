/** What the topology says of itself, in the spelling of Terraform. */
import { snakeCase } from '../names.ts';

/** `mediaPorts` → `media_ports`. Words such as WebSocket begin otherwise, and stay. */
export function inTerraformWords(text: string): string {
  return text
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, snakeCase)
    .replace(/(?<!`)<[a-z]+>(?:\.<[a-z]+>)*/g, '`$&`');
}
