WITH lists AS MATERIALIZED
(SELECT starts.start_number AS start_number, (SELECT count(*) AS count_1
FROM accounts AS counted
WHERE counted.tenant_id = $1::INTEGER AND (strpos(replace(lower(counted.name COLLATE folding), $2::VARCHAR, $3::VARCHAR), $4::VARCHAR) > $5::INTEGER OR counted.account_number >= $6::VARCHAR AND counted.account_number < $7::VARCHAR)) AS list_total
FROM (SELECT 1 AS start_number) AS starts)
 SELECT lists.start_number, lists.list_total, picked.account_group, picked.account_number, picked.csr_id, picked.display_reference, picked.email, picked.name
FROM lists LEFT OUTER JOIN LATERAL (SELECT target.account_group AS account_group, target.account_number AS account_number, target.csr_id AS csr_id, target.display_reference AS display_reference, target.email AS email, target.name AS name
FROM accounts AS target
WHERE target.tenant_id = $1::INTEGER AND (strpos(replace(lower(target.name COLLATE folding), $8::VARCHAR, $9::VARCHAR), $10::VARCHAR) > $11::INTEGER OR target.account_number >= $12::VARCHAR AND target.account_number < $13::VARCHAR) ORDER BY target.name ASC, target.csr_id ASC
 LIMIT $14::INTEGER) AS picked ON true ORDER BY lists.start_number, picked.name ASC, picked.csr_id ASC;
