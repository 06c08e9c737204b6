export { type ChangeGroup, parseChangelog, type Release } from './parse-changelog.js';
export { renderPage } from './render-page.js';
