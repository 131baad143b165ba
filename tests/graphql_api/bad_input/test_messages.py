"""Messages can be read by whoever writes GraphQL, JSON or SQL: values are shown in that notation, and no other."""

import json
from typing import Any

import pytest

from app.graphql_api.messages import in_graphql
from tests.gateway import Client
from tests.graphql_api.bad_input.conftest import state
from tests.graphql_api.bad_input.soundness import number, post_numbers, sound
from tests.wording import python_in

ACCOUNTS = "query($v: AccountFilter) { accounts(filter: $v) { totalCount } }"
NODES = "query($v: [ID!]!) { nodes(ids: $v) { id } }"
ORDERED = "query($v: [AccountOrder!]) { accounts(orderBy: $v) { totalCount } }"
FIELDS = "query($v: Product!) { productFields(product: $v) { name } }"
CREATE = 'mutation($v: AccountInput!) { createAccount(accountNumber: "A-9", input: $v) { userErrors { message } } }'
ATTACH = 'mutation($v: Upload!) { attachPdf(documentNumber: "D-1", file: $v) { userErrors { message } } }'
BOOLEAN = "query($v: Boolean!) { tenant { name @include(if: $v) } }"
OF_VARIABLES: list[tuple[str, Any, list[str]]] = [
    (ACCOUNTS, True, ["Expected value of type 'AccountFilter' to be an object, found: true."]),
    (ACCOUNTS, [{"a": None}], ["Expected value of type 'AccountFilter' to be an object, found: [{\"a\": null}]."]),
    (
        ACCOUNTS,
        {"name": {"eq": None}, "x": 1.5},
        [
            "Expected value of type 'AccountFilter' not to include unknown field 'x', "
            'found: {"name": {"eq": null}, "x": 1.5}.'
        ],
    ),
    (
        ACCOUNTS,
        {"name": {"eq": True, "contains": {"a": None}}},
        [
            "at .name.eq: String cannot represent a non string value: true",
            'at .name.contains: String cannot represent a non string value: {"a": null}',
        ],
    ),
    (NODES, None, ["Expected value of non-null type '[ID!]!' not to be null."]),
    (
        NODES,
        [None, True, {"a": [1]}, number("1e999")],
        [
            "at [0]: Expected value of non-null type 'ID!' not to be null.",
            "at [1]: ID cannot represent value: true",
            'at [2]: ID cannot represent value: {"a": [1]}',
            "at [3]: ID cannot represent value: 1E+999",
        ],
    ),
    (
        ORDERED,
        [{"field": ["NAME"], "direction": None}, {"field": True}, {"field": "nam"}],
        [
            "at [0].field: Enum 'AccountOrderField' cannot represent non-string value: [\"NAME\"]. "
            "Did you mean the enum value 'NAME'?",
            "at [0].direction: Expected value of non-null type 'OrderDirection!' not to be null.",
            "at [1].field: Enum 'AccountOrderField' cannot represent non-string value: true.",
            "at [2].field: Value 'nam' does not exist in 'AccountOrderField' enum. Did you mean the enum value 'NAME'?",
        ],
    ),
    (FIELDS, ["A"], ["Enum 'Product' cannot represent non-string value: [\"A\"]."]),
    (
        CREATE,
        {"collections": {"customFields": [{"key": None}], "isParentAccount": "no", "billingAddress": "it's"}},
        [
            *(
                "at .collections: Expected value of type 'CollectionsAccountInput' to include required field "
                f"'{name}', "
                'found: {"customFields": [{"key": null}], "isParentAccount": "no", "billingAddress": "it\'s"}.'
                for name in ("name", "currency", "language")
            ),
            "at .collections.billingAddress: Expected value of type 'AddressInput' to be an object, found: \"it's\".",
            'at .collections.isParentAccount: Boolean cannot represent a non boolean value: "no"',
            "at .collections.customFields[0].key: Expected value of non-null type 'String!' not to be null.",
        ],
    ),
    (
        CREATE,
        {"openBalance": {"name": "A", "email": "x"}, "combined": None},
        [
            "at .openBalance: Expected value of type 'OpenBalanceAccountInput' not to include unknown field 'email', "
            'found: {"name": "A", "email": "x"}.',
            "Within OneOf Input Object type 'AccountInput', exactly one field must be specified, and the value for "
            "that field must be non-null.",
        ],
    ),
    (CREATE, {"combined": {"name": "A", "creditLimit": [True]}},
     ["at .combined.creditLimit: Decimal must be a number or a decimal string, found: [true]."]),
    (CREATE, {"combined": {"name": "A", "currency": {"a": None}}},
     ['at .combined.currency: CurrencyCode must be a string, found: {"a": null}.']),
    (ATTACH, None, ["Expected value of non-null type 'Upload!' not to be null."]),
    (BOOLEAN, "x", ['Boolean cannot represent a non boolean value: "x"']),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "expected"), OF_VARIABLES, ids=lambda value: json.dumps(value)[:40])
async def test_what_is_told_of_a_variable_shows_it_as_json(
    acme: Client, text: str, value: Any, expected: list[str]
) -> None:
    before = await state(acme)
    errors = sound(await post_numbers(acme, text, v=value))["errors"]

    told = [message if message.startswith("at ") else f": {message}" for message in expected]
    assert [error["message"] for error in errors if error["message"].startswith("Variable '$v' has invalid value")] == [
        "Variable '$v' has invalid value" + (f" {message}" if message.startswith("at ") else message)
        for message in told
    ]
    assert await state(acme) == before


OF_TEXTS = {
    "{ productFields(product: null) { name } }": "Expected value of non-null type 'Product!' not to be null.",
    "query($v: Int! = null) { accounts(first: $v) { totalCount } }": "Expected value of non-null type 'Int!' not to be "
    "null.",
    "{ accounts(filter: {name: {eq: {a: [1, true, null]}}}) { totalCount } }": "String cannot represent a non string "
    "value: { a: [1, true, null] }",
    '{ productFields(product: "INVOICING") { name } }': "Enum 'Product' cannot represent non-enum value: "
    "\"INVOICING\". Did you mean the enum value 'INVOICING'?",
    "{ account(accountNumber: true) { id } }": "String cannot represent a non string value: true",
    "{ accounts { nodes { foo } } }": "Cannot query field 'foo' on type 'Account'. Did you mean 'fax'?",
    "{": "Syntax Error: Expected Name, found <EOF>.",
}


@pytest.mark.parametrize("text", OF_TEXTS)
async def test_what_is_told_of_a_text_shows_it_as_graphql(acme: Client, text: str) -> None:
    errors = sound(await acme.post({"query": text}))["errors"]
    assert [error["message"] for error in errors] == [OF_TEXTS[text]]


def test_a_text_that_was_sent_is_not_rewritten() -> None:
    assert in_graphql('"it was said not to be None." was sent.') == '"it was said not to be None." was sent.'
    assert in_graphql("Expected $v not to be None.") == "Expected $v not to be null."


async def test_a_file_where_none_belongs_is_called_one(acme: Client) -> None:
    operations = {"query": CREATE, "variables": {"v": {"combined": {"name": None}}}}
    form = {"operations": json.dumps(operations), "map": '{"0": ["variables.v.combined.name"]}'}
    response = await acme.gateway.http.post(
        "/graphql", data=form, files={"0": ("a.pdf", b"%PDF-")}, headers=acme.headers
    )
    (error,) = sound(response)["errors"]
    assert error["message"] == (
        "Variable '$v' has invalid value at .combined.name: String cannot represent a non string value: a file"
    )


SHOWN_IN_USER_ERRORS = [
    ({"creditLimit": "1.00001"}, 'creditLimit may have at most 4 digits after the point, found: 1.00001.'),
    ({"currency": "usd"},
     'currency must be a currency code of ISO 4217 in upper case, such as USD, found: "usd".'),
    ({"language": "EN"}, 'language must be a language code of ISO 639-1 in lower case, such as en, found: "EN".'),
    ({"email": "a@x.com; b@y.com"},
     "email must be one e-mail address such as jane@example.com: every further person is a contact, with an address of "
     'their own, found: "a@x.com; b@y.com".'),
    ({"vat": "x" * 256}, "vat may have at most 255 characters, and has 256."),
    ({"description": "a\0"}, r'description must not contain NUL or unpaired surrogates, found: "a\u0000".'),
    ({"dataProviders": [None, {"a": True}]}, 'dataProviders must be a JSON object, found: [null, {"a": true}].'),
    ({"customFields": [{"key": "k", "value": {"number": "0.00001"}}]},
     "k may have at most 4 digits after the point, found: 0.00001."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "message"), SHOWN_IN_USER_ERRORS, ids=[str(m)[:30] for _, m in SHOWN_IN_USER_ERRORS]
)
async def test_what_is_told_of_data_shows_what_was_sent_and_what_is_wanted(
    acme: Client, fields: dict[str, Any], message: str
) -> None:
    payload = await acme.only(CREATE, v={"combined": {"name": "A", **fields}})
    assert payload == {"userErrors": [{"message": message}]}


@pytest.mark.parametrize(
    "message",
    ["it is None", "found: {'a': 1}.", "found: ['a'].", "x: True", "<Number instance>", "Decimal('1')",
     "unhashable type", "a TypeError", r"must match \d+", "see pydantic", "<class 'int'>"],
)  # fmt: skip
def test_the_judge_of_messages_knows_the_words_of_python(message: str) -> None:
    assert python_in(message)


@pytest.mark.parametrize(
    "message", ["must be true or false", 'found: "None".', "Unknown field 'x'.", 'found: {"a": [true]}.']
)
def test_the_judge_of_messages_lets_pass_what_was_sent_and_what_json_has(message: str) -> None:
    assert not python_in(message)
