WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = ? AND (instr(fold(counted.name), ?) > ? OR counted.account_number >= ? AND counted.account_number < ?)) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_group, picked.account_number, picked.csr_id, picked.display_reference, picked.email, picked.name
FROM lists LEFT OUTER JOIN accounts AS picked ON picked.rowid IN (SELECT target.rowid AS "row"
FROM accounts AS target
WHERE target.tenant_id = ? AND (instr(fold(target.name), ?) > ? OR target.account_number >= ? AND target.account_number < ?) ORDER BY target.name ASC, target.csr_id ASC
 LIMIT ? OFFSET ?) ORDER BY lists.start_number, picked.name ASC, picked.csr_id ASC;
