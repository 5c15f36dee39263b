"""Raw values of CRMs to values of the model. Pure: no network, no clock; tables are read when first needed."""
