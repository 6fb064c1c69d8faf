'use strict';
module.exports = { write() {} };
