"""Les messages que les gestes changent : chacun est conforme, et se juge comme `controler` le juge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

from reports.constat import Constat
from steps.controle.examens.saml import examiner_saml
from steps.controle.examens.soap import examiner_soap_dmp, examiner_soap_insi
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.xdm import lire_lot_fichier
from steps.verifications.xdm.lots import verifier_lot_fichier
from tests.controle.saml import fabrique as s
from tests.controle.xdm.test_examen import N3
from tests.verifications.dmp import fabrique as d
from tests.verifications.dmp.fabrique_vihf import Certificat, certificat
from tests.verifications.insi import fabrique as i
from tests.verifications.xdm.fabrique import DOSSIER, arborescence

_SIGNATURE = f"{{{s.DS}}}Signature"
_INSTANT = {"instant": s.heure(-10)}


@dataclass(frozen=True)
class Base:
    """Un message, ce qui n'y change pas, et son jugement."""

    fabriquer: Callable[[], bytes]
    sauf: str
    juger: Callable[[etree._Element], Examen]


def _saml(signataire: Certificat | s.Porteur) -> Callable[[etree._Element], Examen]:
    """Signe de nouveau l'assertion changée, puis l'examine : la faute est dans le contenu, pas dans la signature."""

    def juger(racine: etree._Element) -> Examen:
        signee = racine
        ancienne = racine.find(_SIGNATURE)
        if ancienne is not None and racine.get("ID"):
            place = etree.Element(_SIGNATURE, nsmap={"ds": s.DS}, Id="placeholder")
            racine.replace(ancienne, place)
            signee = XMLSigner(
                method=SignatureConstructionMethod.enveloped,
                signature_algorithm="rsa-sha256",
                c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
            ).sign(
                racine,
                key=signataire.cle,
                cert=[signataire.certificat],
                reference_uri=str(racine.get("ID")),
                id_attribute="ID",
            )
        return examiner_saml(etree.tostring(signee), ContexteControle(a_l_instant=datetime.now(UTC)))

    return juger


def _dmp(racine: etree._Element) -> Examen:
    return examiner_soap_dmp(etree.tostring(racine), ContexteControle())


def _insi(racine: etree._Element) -> Examen:
    return examiner_soap_insi(etree.tostring(racine), ContexteControle())


def _xdm(racine: etree._Element) -> Examen:
    """Le lot et les fichiers de son dossier ; ni l'enveloppe zip ni le contenu des documents, qui ne changent pas."""
    lu = lire_lot_fichier(etree.tostring(racine), _DU_LOT)
    constats = [lu] if isinstance(lu, Constat) else verifier_lot_fichier(lu, _DU_LOT)
    return Examen(TypeFichier.METADATA, tuple(constats))


_FICHIERS = arborescence(N3)
_DU_LOT = {
    nom.removeprefix(DOSSIER): octets
    for nom, octets in _FICHIERS.items()
    if nom.startswith(DOSSIER) and not nom.endswith("METADATA.XML")
}

BASES: dict[str, Base] = {
    "VIHF": Base(
        lambda: s.vihf(mode="INDIRECTE_RENFORCEE", declaration="CONF_EXI_PGSSIS").encode(),
        "Signature",
        _saml(certificat("cachet")),
    ),
    "assertion INSi": Base(lambda: s.insi().encode(), "Signature", _saml(s.porteur())),
    "TD0.2": Base(lambda: d.td02(vihf=_INSTANT).requete.corps.octets, "Header", _dmp),
    "TD0.3": Base(lambda: d.td03(vihf=_INSTANT).requete.corps.octets, "Header", _dmp),
    "TD3.1": Base(lambda: d.td31(d.ACTIFS, vihf=_INSTANT).requete.corps.octets, "Assertion", _dmp),
    "TD3.2": Base(lambda: d.td32(vihf=_INSTANT).requete.corps.octets, "Header", _dmp),
    "TD3.3c": Base(lambda: d.td33c(vihf=_INSTANT).requete.corps.octets, "Header", _dmp),
    "INSi": Base(i.recherche, "Security", _insi),
    "XDM": Base(lambda: _FICHIERS[f"{DOSSIER}METADATA.XML"], "", _xdm),
}
