WITH RECURSIVE rows AS
(SELECT sent.n AS n, sent.row_0_body AS row_0_body, sent.row_0_subject AS row_0_subject, sent.row_0_note_type AS row_0_note_type, sent.row_0_effective_date AS row_0_effective_date, sent.row_0_reference AS row_0_reference, sent.row_0_account_number AS row_0_account_number, sent.row_0_products AS row_0_products, sent.row_0_version AS row_0_version, sent.row_0_created_at AS row_0_created_at, sent.row_0_updated_at AS row_0_updated_at, sent.log_at AS log_at, sent.log_key_id AS log_key_id, sent.log_request_id AS log_request_id, sent.log_resource AS log_resource, sent.log_key AS log_key, sent.log_verb AS log_verb, sent.log_version AS log_version, sent.log_account_number AS log_account_number, sent.log_former_account_number AS log_former_account_number, sent.log_before AS log_before, sent.log_after AS log_after, sent.log_packed AS log_packed, sent.fingerprint AS fingerprint, nextval('csr_id_seq') AS csr_id
FROM json_to_recordset(CAST($2::VARCHAR AS JSON)) AS sent(n INTEGER, row_0_body VARCHAR(10000) COLLATE "C", row_0_subject VARCHAR(255) COLLATE "C", row_0_note_type VARCHAR(255) COLLATE "C", row_0_effective_date TIMESTAMP WITH TIME ZONE, row_0_reference VARCHAR(255) COLLATE "C", row_0_account_number VARCHAR(255) COLLATE "C", row_0_products SMALLINT, row_0_version INTEGER, row_0_created_at TIMESTAMP WITH TIME ZONE, row_0_updated_at TIMESTAMP WITH TIME ZONE, log_at TIMESTAMP WITH TIME ZONE, log_key_id VARCHAR(20) COLLATE "C", log_request_id VARCHAR(128) COLLATE "C", log_resource VARCHAR(20) COLLATE "C", log_key VARCHAR(255) COLLATE "C", log_verb VARCHAR(20) COLLATE "C", log_version INTEGER, log_account_number VARCHAR(255) COLLATE "C", log_former_account_number VARCHAR(255) COLLATE "C", log_before JSON, log_after JSON, log_packed BYTEA, fingerprint TEXT)
WHERE CASE WHEN (set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) IS NOT NULL) THEN EXISTS (SELECT 1
FROM tenants JOIN api_keys ON api_keys.tenant_id = tenants.tenant_id
WHERE api_keys.key_hash = $3::VARCHAR AND api_keys.revoked_at IS NULL AND api_keys.tenant_id = $1::INTEGER AND $4::INTEGER = tenants.products AND coalesce(tenants.currency_model, '') = $5::VARCHAR AND tenants.time_zone = $6::VARCHAR AND api_keys.read_only IS false) END),
first AS
(INSERT INTO notes (tenant_id, body, subject, note_type, effective_date, reference, account_number, products, version, created_at, updated_at, csr_id) SELECT $1::INTEGER AS anon_1, rows.row_0_body AS row_0_body, rows.row_0_subject AS row_0_subject, rows.row_0_note_type AS row_0_note_type, rows.row_0_effective_date AS row_0_effective_date, rows.row_0_reference AS row_0_reference, rows.row_0_account_number AS row_0_account_number, rows.row_0_products AS row_0_products, rows.row_0_version AS row_0_version, rows.row_0_created_at AS row_0_created_at, rows.row_0_updated_at AS row_0_updated_at, rows.csr_id AS csr_id
FROM rows ON CONFLICT DO NOTHING RETURNING notes.csr_id AS result),
done AS
(SELECT rows.n AS n, rows.row_0_body AS row_0_body, rows.row_0_subject AS row_0_subject, rows.row_0_note_type AS row_0_note_type, rows.row_0_effective_date AS row_0_effective_date, rows.row_0_reference AS row_0_reference, rows.row_0_account_number AS row_0_account_number, rows.row_0_products AS row_0_products, rows.row_0_version AS row_0_version, rows.row_0_created_at AS row_0_created_at, rows.row_0_updated_at AS row_0_updated_at, rows.log_at AS log_at, rows.log_key_id AS log_key_id, rows.log_request_id AS log_request_id, rows.log_resource AS log_resource, rows.log_key AS log_key, rows.log_verb AS log_verb, rows.log_version AS log_version, rows.log_account_number AS log_account_number, rows.log_former_account_number AS log_former_account_number, rows.log_before AS log_before, rows.log_after AS log_after, rows.log_packed AS log_packed, rows.fingerprint AS fingerprint, first.result AS result, row_number() OVER (ORDER BY rows.n) AS place
FROM rows JOIN first ON first.result = rows.csr_id),
former AS
(SELECT changes_end.sequence AS sequence, CAST(changes_end.hash AS TEXT) AS hash, changes_end.latest_at AS latest_at
FROM changes_end
WHERE changes_end.tenant_id = (SELECT CAST(set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) AS INTEGER) AS set_config_1) AND (EXISTS (SELECT 1
FROM done)) FOR UPDATE),
chain(place, sequence, hash, latest_at) AS
(SELECT CAST(0 AS BIGINT) AS place, former.sequence AS sequence, former.hash AS hash, former.latest_at AS latest_at
FROM former UNION ALL SELECT chain.place + 1 AS anon_2, chain.sequence + 1 AS anon_3, encode(sha256(convert_to(concat(chain.hash, done.fingerprint), 'UTF8')), 'hex') AS encode_1, greatest(chain.latest_at, done.log_at) AS greatest_1
FROM chain JOIN done ON done.place = chain.place + 1),
logged AS
(INSERT INTO changes (tenant_id, at, key_id, request_id, resource, key, verb, version, account_number, former_account_number, before, after, packed, sequence, digest, latest_at) SELECT $1::INTEGER AS anon_1, done.log_at AS log_at, done.log_key_id AS log_key_id, done.log_request_id AS log_request_id, done.log_resource AS log_resource, done.log_key AS log_key, done.log_verb AS log_verb, done.log_version AS log_version, done.log_account_number AS log_account_number, done.log_former_account_number AS log_former_account_number, done.log_before AS log_before, done.log_after AS log_after, done.log_packed AS log_packed, chain.sequence AS sequence, decode(chain.hash, 'hex') AS decode_1, nullif(chain.latest_at, done.log_at) AS nullif_1
FROM done JOIN chain ON chain.place = done.place),
moved AS
(UPDATE changes_end SET sequence=last.sequence, hash=last.hash, latest_at=last.latest_at FROM (SELECT chain.sequence AS sequence, chain.hash AS hash, chain.latest_at AS latest_at
FROM chain ORDER BY chain.place DESC
 LIMIT 1) AS last WHERE changes_end.tenant_id = (SELECT CAST(set_config('gateway.tenant', CAST($1::INTEGER AS TEXT), true) AS INTEGER) AS set_config_2))
 SELECT done.n, done.result
FROM done JOIN chain ON chain.place = done.place;

SELECT CASE WHEN (answer.json IS NULL OR octet_length(answer.json) <= 16777216) THEN answer.json ELSE ''::bytea END AS anon_1
FROM (SELECT convert_to(CAST((SELECT to_json("row-5") AS to_json_1
FROM (SELECT t1.reference AS reference, t1.subject AS subject, t1.body AS body, t1.note_type AS "noteType", CASE WHEN (t2.tenant_id IS NOT NULL) THEN (SELECT to_json("row-") FROM (SELECT t2.account_number AS "accountNumber", (SELECT to_json("row-") FROM (SELECT (SELECT count(*) AS count_1
FROM notes AS counted
WHERE counted.tenant_id = $1::INTEGER AND counted.account_number = t2.account_number AND true) AS "totalCount") "row-") AS "notes") "row-") END AS account
FROM notes AS t1 LEFT OUTER JOIN accounts AS t2 ON t2.tenant_id = $1::INTEGER AND t2.account_number = t1.account_number
WHERE t1.tenant_id = $1::INTEGER AND t1.account_number = $2::VARCHAR AND t1.reference = $3::VARCHAR) AS "row-5") AS TEXT), 'UTF8') AS json
 LIMIT ALL OFFSET 0) AS answer;
