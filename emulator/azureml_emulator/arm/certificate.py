"""The certificate of the control plane: Azure's SDK sends its token over https alone."""

import ssl

from azureml_emulator.errors import ConfigError


def issued(*hosts: str) -> tuple[ssl.SSLContext, str]:
    """Make a certificate for some hosts, signed by an authority of its own that lives as long as this call.

    Gives the context to serve with, and the authority's certificate as PEM. Raises `ConfigError` without trustme.
    """
    try:
        import trustme
    except ModuleNotFoundError:
        raise ConfigError("the control plane needs trustme: pip install 'azureml-emulator[arm]'") from None
    authority = trustme.CA(organization_name="azureml-emulator")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*dict.fromkeys(hosts)).configure_cert(context)
    return context, authority.cert_pem.bytes().decode()
