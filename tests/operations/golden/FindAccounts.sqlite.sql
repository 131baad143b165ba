WITH anon_4 AS MATERIALIZED
(SELECT rowid & 4294967295 AS csr_id
FROM accounts_search
WHERE (accounts_search MATCH ?) AND rowid BETWEEN ? << 32 AND (? << 32) + 4294967295
 LIMIT 2001 OFFSET ?),
anon_6 AS MATERIALIZED
(SELECT rowid & 4294967295 AS csr_id
FROM accounts_search
WHERE (accounts_search MATCH ?) AND rowid BETWEEN ? << 32 AND (? << 32) + 4294967295
 LIMIT 2001 OFFSET ?)
 SELECT CAST(CASE WHEN (EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = ? AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = ? AND ? = tenants.products AND coalesce(tenants.currency_model, '') = ? AND tenants.time_zone = ?)) THEN json_object('accounts', (SELECT json_object('totalCount', CASE WHEN (SELECT count(*) <= 2000 AS anon_3
FROM anon_4) THEN (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND (instr(CASE WHEN (length(counted.name) = length(CAST(counted.name AS BLOB))) THEN lower(counted.name) ELSE fold(counted.name) END, ?) > ? OR counted.account_number >= ? AND counted.account_number < ?) AND counted.csr_id IN (SELECT anon_4.csr_id
FROM anon_4)) ELSE (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND (instr(CASE WHEN (length(counted.name) = length(CAST(counted.name AS BLOB))) THEN lower(counted.name) ELSE fold(counted.name) END, ?) > ? OR counted.account_number >= ? AND counted.account_number < ?)) END, 'nodes', json_group_array(json_object('accountNumber', p3.account_number, 'name', p3.name, 'displayReference', p3.display_reference, 'accountGroup', p3.account_group, 'email', p3.email))) AS anon_2
FROM (SELECT t2.account_group AS account_group, t2.account_number AS account_number, t2.csr_id AS csr_id, t2.display_reference AS display_reference, t2.email AS email, t2.name AS name, t2.tenant_id AS tenant_id
FROM accounts AS t2
WHERE t2.rowid IN (SELECT anon_5."row"
FROM (SELECT t1.rowid AS "row"
FROM accounts AS t1
WHERE t1.tenant_id = ? AND t1.csr_id IN (SELECT anon_6.csr_id
FROM anon_6) AND (instr(CASE WHEN (length(+t1.name) = length(CAST(+t1.name AS BLOB))) THEN lower(+t1.name) ELSE fold(+t1.name) END, ?) > ? OR +t1.account_number >= ? AND +t1.account_number < ?) ORDER BY +t1.name ASC, +t1.csr_id ASC
 LIMIT CASE WHEN (SELECT count(*) <= 2000 AS anon_7
FROM anon_6) = 1 THEN 10 ELSE 0 END OFFSET ?) AS anon_5 UNION ALL SELECT anon_8."row"
FROM (SELECT t1.rowid AS "row"
FROM accounts AS t1
WHERE t1.tenant_id = ? AND (instr(CASE WHEN (length(+t1.name) = length(CAST(+t1.name AS BLOB))) THEN lower(+t1.name) ELSE fold(+t1.name) END, ?) > ? OR +t1.account_number >= ? AND +t1.account_number < ?) ORDER BY t1.name ASC, t1.csr_id ASC
 LIMIT CASE WHEN (SELECT count(*) <= 2000 AS anon_7
FROM anon_6) = 0 THEN 10 ELSE 0 END OFFSET ?) AS anon_8) ORDER BY t2.name ASC, t2.csr_id ASC
 LIMIT 2147483647 OFFSET ?) AS p3)) END AS BLOB) AS anon_1;
