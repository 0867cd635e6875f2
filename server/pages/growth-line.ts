import type { Log } from '../../log/types.ts';
import { headClaims } from './claims.ts';
import type { Principal } from '../access/principal.ts';
import type { Offer } from './first-entry.ts';
import { dataBlock, type Frame, type Html, html, NOTHING } from './layout.ts';

/**
 * The line by which each visit is an audit: the page's script compares the newest head with the one that the browser
 * remembers. The shard that grows is the one that is audited, by those who may see its heads.
 */
export function growthLine(log: Log, offer: Offer, { files }: Frame, { rights }: Principal): Html {
  const head = log.head();
  if (files === undefined || head.size === 0 || !rights.has('audit')) return NOTHING;
  return html`<p class="growth" id="growth" data-check="consistency" data-verdict="unknown" aria-live="polite">
      <span class="mark" aria-hidden="true"></span
      ><span class="why"
        >A browser that runs scripts remembers this head, and has the log prove at each visit that it only grew.</span
      >
    </p>
    ${dataBlock('head-claims', headClaims(log, head, offer))}`;
}
