"""The words of errors. Salesforce writes them in the running user's language, so nobody may match on them."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "resource": "The requested resource does not exist",
    "external": "Provided external ID field does not exist or is not accessible: {value}",
    "json": "{reason}",
    "REQUIRED_FIELD_MISSING": "Required fields are missing: [{names}]",
    "no_records": "At least 1 record is required",
    "STRING_TOO_LONG": "{label}: data value too large: {value} (max length={length})",
    "INVALID_SESSION_ID": "Session expired or invalid",
    "INVALID_AUTH_HEADER": "INVALID_AUTH_HEADER",
    "TotalRequests": "TotalRequests Limit exceeded.",
    "ConcurrentRequests": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record or 1 records: {id}",
    "SERVER_UNAVAILABLE": "Server too busy",
    "UNKNOWN_EXCEPTION": "An unexpected error occurred. Please include this ErrorId if you contact support",
    "INVALID_QUERY_LOCATOR": "invalid query locator",
    "CANNOT_UPDATE_CONVERTED_LEAD": "cannot reference converted lead",
    "ENTITY_IS_DELETED": "entity is deleted",
    "INACTIVE_OWNER_OR_USER": "operation performed with inactive user [{id}] as owner of {kind}",
    "TRANSFER_REQUIRES_READ": "The new owner must have read permission",
    "INSUFFICIENT_ACCESS_OR_READONLY": "insufficient access rights on object id",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "insufficient access rights on cross-reference id: {id}",
    "INVALID_CROSS_REFERENCE_KEY": "invalid cross reference id",
    "queue": "Queue not associated with this SObject type",
    "MALFORMED_ID": "{label}: id value of incorrect type: {value}",
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "Unable to create/update fields: {names}. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set."
    ),
    "no_column": "No such column '{name}' on sobject of type {kind}",
    "wrong_value": "Cannot deserialize instance of {type} from {shown} value {value} or request may be missing",
    "picklist": "{label}: bad value for restricted picklist field: {value}",
    "INVALID_EMAIL_ADDRESS": "{label}: invalid email address: {value}",
    "INVALID_TYPE": "sObject type '{name}' is not supported.",
    "DUPLICATE_VALUE": "duplicate value found: {name} duplicates value on record with id: {id}",
    "duplicate_id": "Duplicate id specified: {id}",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "{message}",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "{message}",
    "DUPLICATES_DETECTED": "Use one of these records?",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": (
        "Record rolled back because not all records were valid and the request was using AllOrNone header"
    ),
    "PROCESSING_HALTED": "The transaction was rolled back since another operation in the same transaction failed.",
    "reference": "Invalid reference specified. No value for {name} found in {ref}",
    "EXCEEDED_ID_LIMIT": "too many ids",
    "INVALID_REPLICATION_DATE": "{reason}",
    "LIMIT_EXCEEDED": "record limit reached. cannot submit more than {most} records in this request",
    "said": "{message}",
}
_SPANISH = {
    "resource": "El recurso solicitado no existe",
    "REQUIRED_FIELD_MISSING": "Faltan campos obligatorios: [{names}]",
    "STRING_TOO_LONG": "{label}: valor de datos demasiado grande: {value} (longitud máxima={length})",
    "INVALID_SESSION_ID": "La sesión ha caducado o no es válida",
    "UNABLE_TO_LOCK_ROW": "no se puede obtener acceso exclusivo a este registro o a 1 registros: {id}",
    "CANNOT_UPDATE_CONVERTED_LEAD": "no se puede hacer referencia a un candidato convertido",
    "ENTITY_IS_DELETED": "la entidad se ha eliminado",
    "INACTIVE_OWNER_OR_USER": "operación realizada con un usuario inactivo [{id}] como propietario de {kind}",
    "INSUFFICIENT_ACCESS_OR_READONLY": "derechos de acceso insuficientes sobre el Id. de objeto",
    "INVALID_CROSS_REFERENCE_KEY": "Id. de referencia cruzada no válido",
    "DUPLICATES_DETECTED": "¿Desea utilizar uno de estos registros?",
    "TotalRequests": "Se ha superado el límite de TotalRequests.",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "Registro revertido porque no todos los registros eran válidos",
}
_LANGUAGES = {"en_US": _ENGLISH, "es": {**_ENGLISH, **_SPANISH}}


def text(language: str, key: str, values: Mapping[str, object]) -> str:
    """Return a message; raises KeyError for a language or a key that is not known."""
    return _LANGUAGES[language][key].format(**values)


def languages() -> tuple[str, ...]:
    return tuple(_LANGUAGES)
