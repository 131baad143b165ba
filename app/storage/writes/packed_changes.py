"""What a change was, as an entry of the change log keeps it: the JSON of `before` and `after`, compressed. Most of it
is names of fields, which a dictionary knows, so that a third is left.

What is packed once has to be unpacked for ever: the dictionary stays as it is, and knows no fields that came later. A
better one would be a second one, under another FORMAT.
"""

import zlib

FORMAT = b"\x01"  # the first byte: which dictionary
PLAIN = b"\x00"  # stands for what is not packed
FIELDS = """
account_number name display_reference currency language billing_address remit_to phone mobile_phone fax email
payment_terms credit_limit account_group parent_account_number is_parent_account branch_name description vat
company_registration_number data_providers custom_fields document_number document_type applies_to_invoice invoice_num
invoice_date due_date po_number pdf_name comment ship_to_account_num ship_to_address_street ship_to_address_suite
ship_to_address_city ship_to_address_state ship_to_address_zip ship_to_address_country discount_date discount_amount
freight_amount routing dest_email_address dest_fax_number ship_from_zip duty_amt merchant_name part_number
commodity_code tax_rate udp1 udp2 udp3 udp4 udp5 fabricated_record template_id match_field_1 match_field_2
match_field_3 match_field_4 match_field_5 match_field_6 match_field_7 match_field_8 match_field_9 match_field_10
match_field_11 match_field_12 match_field_13 match_field_14 match_field_15 match_field_16 match_field_17
match_field_18 match_field_19 match_field_20 match_field_21 match_field_22 original_denomination denomination
original_currency base_currency original_denomination_in_original_currency original_denomination_in_base_currency
denomination_in_original_currency denomination_in_base_currency line_items thick_billing reference body subject
note_type effective_date title department representative_type supervisor_representative_reference extra_info
first_name last_name function contact_type address1 address2 city state zip country notes is_primary
"""
TYPICAL = (
    'true,false,null{"status":"open"}\n{"status":"closed","closed_at":"2026-01-01T00:00:00.000Z","closure_reason":"paid"'
    ',"is_primary":true,"language":"en","products":["credit_risk","cash_app","invoicing"],"currency":"EUR"'
    '{"account_number":"A","document_type":"credit_note","document_type":"invoice","invoice_num":"'
    '","invoice_date":"2026-","due_date":"2026-","po_number":"PO-","currency":"USD","original_denomination":"'
    '","denomination":"","document_number":"INV-","products":["collections"],"currency_model":"basic","status":"open"}'
)
DICTIONARY = ('":","'.join(FIELDS.split()) + TYPICAL).encode("ascii")
LARGEST = 64 * 1024  # characters: what is larger would keep the event loop, and Postgres compresses it by itself
# Raw deflate with a window that holds the dictionary: a millisecond for the largest, some ten microseconds for most.
LEVEL, WINDOW, MEMORY = 3, -12, 5


def pack(before: str, after: str) -> bytes:
    """Two JSON texts without line breaks, the first of them perhaps empty; PLAIN where they are too large."""
    if len(before) + len(after) > LARGEST:
        return PLAIN
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    return FORMAT + compressor.compress(f"{before}\n{after}".encode()) + compressor.flush()


def unpack(packed: bytes) -> tuple[str, str]:
    """The texts that were packed."""
    text = zlib.decompressobj(WINDOW, DICTIONARY).decompress(packed[len(FORMAT) :]).decode()
    before, _, after = text.partition("\n")
    return before, after
