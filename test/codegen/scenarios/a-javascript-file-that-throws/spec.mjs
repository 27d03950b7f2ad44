const tables = JSON.parse('{}');

export default tables.tlvs.length;
