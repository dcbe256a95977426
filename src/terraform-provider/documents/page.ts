/** What all pages have in common: the registry's front matter, a title, and examples. */

export interface Page {
  readonly title: string;
  /** One sentence for lists of pages: no markdown. */
  readonly description: string;
  /** Under the title. */
  readonly parts: readonly (string | null)[];
}

/** Ends with a line break; parts that are null are left out. */
export function pageText(heading: string, { title, description, parts }: Page): string {
  const front = [
    '---',
    `page_title: ${JSON.stringify(title)}`,
    'subcategory: ""',
    `description: ${JSON.stringify(description)}`,
    '---',
  ].join('\n');
  const body = parts.filter((part) => part !== null);
  return `${[front, `# ${heading}`, ...body].join('\n\n')}\n`;
}

export function codeBlock(language: 'terraform' | 'shell' | 'text', code: string): string {
  return ['```' + language, code.trimEnd(), '```'].join('\n');
}

/** The first sentence, without code marks and emphasis. */
export function firstSentence(markdown: string): string {
  const [paragraph = ''] = markdown.trim().split(/\n\s*\n/);
  const [sentence = ''] = paragraph.replace(/\s+/g, ' ').split(/(?<=\.)\s/);
  return sentence.replace(/[`*]/g, '');
}
