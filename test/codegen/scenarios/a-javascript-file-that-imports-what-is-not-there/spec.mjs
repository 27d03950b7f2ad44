import tables from './tables.js';

export default tables;
