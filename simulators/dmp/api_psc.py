"""Le DMP par l'API Pro Santé Connectée : qui appelle est celui du jeton, présenté avec le certificat auquel il est lié.

Le contrat de l'API (adresses, en-têtes, corps d'erreur) n'est pas public : le banc sert les mêmes opérations, accepte
un message avec ou sans VIHF, et n'exige de lui que de nommer la personne du jeton. Du reste, rien n'est contrôlé.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from simulators.dmp import erreurs
from simulators.dmp.ebrim import Code
from simulators.dmp.enveloppe import Enveloppe
from simulators.dmp.vihf import Vihf, lire_vihf
from simulators.dmp.xml import NS
from simulators.socle.jetons import JetonVerifie

USAGE_NORMAL = Code("normal", "1.2.250.1.213.1.1.4.248", "Accès normal")
MODE = "DIRECTE"
"""La personne s'est authentifiée elle-même auprès de Pro Santé Connect."""
_INS_CX = re.compile(r"[0-9AB]{15}\^\^\^&[0-9.]+&ISO\^NH")
_OID_INS = re.compile(r"1\.2\.250\.1\.213\.1\.4\.(8|9|10|11)")


def vihf_de_l_appel(enveloppe: Enveloppe, jeton: JetonVerifie, certificat: x509.Certificate | None) -> Vihf:
    """Le VIHF que l'API se donne : ce que dit le message s'il en porte un, complété ; identité du jeton.

    Lève un `Refus` si le message en porte plusieurs, ou nomme quelqu'un d'autre.
    """
    assertions = list(enveloppe.racine.iter(f"{{{NS['saml']}}}Assertion"))
    if len(assertions) > 1:
        raise erreurs.vihf_absent(f"{len(assertions)} assertions dans le message, une au plus par l'API.")
    lu = lire_vihf(assertions[0]) if assertions else Vihf()
    if assertions and lu.name_id != jeton.identifiant:
        raise erreurs.vihf_invalide("NameID différent de l'identité du jeton Pro Santé Connecté présenté.")
    return replace(
        lu,
        id=lu.id or f"_{uuid.uuid4()}",
        name_id=jeton.identifiant,
        mode=lu.mode or MODE,
        purpose_of_use=lu.purpose_of_use or USAGE_NORMAL,
        identifiant_structure=lu.identifiant_structure or _structure(certificat),
        resource_id=lu.resource_id or _patient(enveloppe),
    )


def _structure(certificat: x509.Certificate | None) -> str:
    """OU du certificat : identifiant national de la structure."""
    unites = [] if certificat is None else certificat.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return str(unites[0].value) if unites else ""


def _patient(enveloppe: Enveloppe) -> str:
    """Premier INS écrit dans le corps du message, en CX ; vide s'il n'y en a pas."""
    for element in enveloppe.contenu.iter(etree.Element):
        racine, extension = element.get("root", ""), element.get("extension", "")
        if _OID_INS.fullmatch(racine) and extension:
            return f"{extension}^^^&{racine}&ISO^NH"
        for texte in (element.text or "", element.get("value", "")):
            trouve = _INS_CX.search(texte)
            if trouve:
                return trouve[0]
    return ""
