import { existsSync } from 'node:fs';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine; none can be installed by the tests. */
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? places.find((path) => existsSync(path));
