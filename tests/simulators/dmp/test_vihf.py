"""Ce que le DMP exige du VIHF et de l'adressage, refus par refus."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod

from simulators.dmp.vihf import lire_ins, lire_vihf
from simulators.dmp.vihf_signature import ErreurSignature, meme_nom, verifier_signature
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai, Recu

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def _existence(essai: Essai, **choix: Any) -> Recu:
    demande = essai.demande(choix.pop("mode", "INDIRECTE"), **choix)
    return essai.appeler("patients", messages.td02(), messages.ACTION_TD02, demande)


def _envoyer(essai: Essai, assertion: etree._Element | None, mode: str = "INDIRECTE") -> Recu:
    octets = messages.enveloppe(messages.td02(), messages.ACTION_TD02, assertion)
    return essai.poster("patients", octets, "application/soap+xml", tls=essai.identifiants(mode)[0])


@pytest.mark.parametrize("mode", ["DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE"])
@pytest.mark.parametrize("nom", ["Authentification_mode", "Authentification_Mode"])
def test_trois_modes(essai: Essai, mode: str, nom: str) -> None:
    """Les trois modes d'authentification passent, quelle que soit la casse du nom de l'attribut."""
    assert _existence(essai, mode=mode, nom_attribut_mode=nom).codes == ["OK"]


REFUS: list[tuple[dict[str, Any], str]] = [
    ({"version": "2.9"}, "wsse:InvalidSecurityToken"),
    ({"usage": "urgence"}, "wsse:InvalidSecurityToken"),
    ({"ins": "279035121518900^^^&1.2.250.1.213.1.4.10&ISO^NH"}, "wsse:InvalidSecurityToken"),
    ({"ins": "279035121518989"}, "wsse:InvalidSecurityToken"),
    ({"ins": "279035121518989^^^&1.2.3&ISO^NH"}, "wsse:InvalidSecurityToken"),
    ({"roles": (("10", "1.2.250.1.71.1.2.7"),)}, "wsse:InvalidSecurityToken"),
    ({"roles": (("60", "1.2.250.1.71.1.2.7"), ("SM03", "x"))}, "wsse:InvalidSecurityToken"),
    ({"roles": ()}, "wsse:InvalidSecurityToken"),
    ({"issuer": "CN=un autre"}, "wsse:InvalidSecurityToken"),
    ({"attributs": {"Ressource_URN": "urn:autre"}}, "wsse:InvalidSecurityToken"),
    ({"attributs": {"Secteur_Activite": "SA25"}}, "wsse:InvalidSecurityToken"),
    ({"structure": "1990000002"}, "wsse:FailedAuthentication"),
    *(
        ({"sans": (nom,)}, "wsse:InvalidSecurityToken")
        for nom in ("LPS_Nom", "LPS_Version", "LPS_ID_HOMOLOGATION_DMP", "Authentification_mode", "VIHF_Version")
    ),
]


@pytest.mark.parametrize(("choix", "code"), REFUS, ids=[f"{i}-{next(iter(c))}" for i, (c, _) in enumerate(REFUS)])
def test_contenu_refuse(essai: Essai, choix: dict[str, Any], code: str) -> None:
    """Un VIHF signé mais dont le contenu s'écarte de la règle est refusé par une faute du bon code."""
    recu = _existence(essai, **choix)
    assert (recu.statut, recu.codes) == (500, [code])
    [echange] = essai.echanges()
    assert (echange.operation, echange.notes["code"]) == ("TD0.2", code)


@pytest.mark.parametrize(
    ("decalage", "code"), [(-3600, "wsse:MessageExpired"), (600, "wsse:MessageExpired"), (-300, "OK")]
)
def test_fraicheur(essai: Essai, decalage: int, code: str) -> None:
    """Un VIHF trop vieux ou daté du futur est refusé ; dans la fenêtre, il passe."""
    assert _existence(essai, instant=datetime.now(UTC) + timedelta(seconds=decalage)).codes == [code]


def test_rejeu_pour_un_autre_patient(essai: Essai) -> None:
    """Le même identifiant de VIHF sert pour un patient, jamais pour un second."""
    identifiant = "_fixe"
    assert _existence(essai, id=identifiant).codes == ["OK"]
    assert _existence(essai, id=identifiant).codes == ["OK"]
    assert _existence(essai, id=identifiant, ins=messages.cx(messages.AUTRE_INS)).codes == ["wsse:FailedAuthentication"]


def test_non_signe(essai: Essai) -> None:
    """Sans signature, ou sans VIHF, rien ne passe."""
    signature = essai.identifiants("INDIRECTE")[1]
    nu = messages.vihf_non_signe(signature, essai.demande())
    for element in nu.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        nu.remove(element)
    assert _envoyer(essai, nu).codes == ["wsse:FailedCheck"]
    assert _envoyer(essai, None).codes == ["wsse:SecurityTokenUnavailable"]


def test_altere(essai: Essai) -> None:
    """Un attribut changé après signature est détecté."""
    assertion = messages.vihf(essai.identifiants("INDIRECTE")[1], essai.demande())
    name_id = assertion.find(f"{SAML}Subject/{SAML}NameID")
    assert name_id is not None
    name_id.text = "899999999999"
    assert _envoyer(essai, assertion).codes == ["wsse:FailedCheck"]


def test_sha1_refuse_par_defaut(essai: Essai) -> None:
    """RSA-SHA1 est refusé, sauf réglage contraire du lecteur."""
    signature = essai.identifiants("INDIRECTE")[1]
    brut = messages.vihf_non_signe(signature, essai.demande())
    import signxml.signer as module

    signeur = module.XMLSigner.check_deprecated_methods
    module.XMLSigner.check_deprecated_methods = lambda self: None  # type: ignore[method-assign]
    try:
        signee = messages.signer(brut, signature, signature=SignatureMethod.RSA_SHA1, condensat=DigestAlgorithm.SHA1)
    finally:
        module.XMLSigner.check_deprecated_methods = signeur  # type: ignore[method-assign]
    assert _envoyer(essai, signee).codes == ["wsse:FailedCheck"]
    assert verifier_signature(signee, sha1_accepte=True).element.get("ID") == signee.get("ID")


def test_enveloppement(essai: Essai) -> None:
    """Une seconde assertion cachée ailleurs dans le message, ou dans la première, est refusée."""
    signature = essai.identifiants("INDIRECTE")[1]
    bonne = messages.vihf(signature, essai.demande())
    faux = messages.vihf_non_signe(signature, essai.demande(name_id="899999999999"))
    for element in faux.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        faux.remove(element)
    faux.insert(1, copy.deepcopy(bonne[1]))
    objet = etree.SubElement(faux[1], "{http://www.w3.org/2000/09/xmldsig#}Object")
    objet.append(copy.deepcopy(bonne))
    assert _envoyer(essai, faux).codes == ["wsse:SecurityTokenUnavailable"]
    with pytest.raises(ErreurSignature):
        verifier_signature(faux)


def test_certificats(essai: Essai) -> None:
    """VIHF signé par un certificat d'authentification, expiré, révoqué, d'une autre autorité, d'un autre : refusé."""
    igc = essai.socle.igc
    for signature in (
        igc.identifiants("cps_auth_1"),
        igc.identifiants("cps_sign_1", "expire"),
        igc.identifiants("cps_sign_1", "revoque"),
        igc.identifiants("cps_sign_1", "autre_autorite"),
        igc.identifiants("org_sign"),
        igc.identifiants("cps_sign_2"),
    ):
        brut = messages.vihf_non_signe(signature, essai.demande("DIRECTE"))
        algorithme = SignatureMethod.RSA_SHA256 if "sign" in signature.nom else SignatureMethod.ECDSA_SHA256
        signee = messages.signer(brut, signature, signature=algorithme)
        assert _envoyer(essai, signee, "DIRECTE").codes == ["DMPInvalidCertificate"], signature.nom


def test_tls_d_un_autre_mode(essai: Essai) -> None:
    """Un VIHF direct présenté sur une connexion ouverte par le certificat de la structure est refusé."""
    assertion = messages.vihf(essai.identifiants("DIRECTE")[1], essai.demande("DIRECTE"))
    assert _envoyer(essai, assertion, "INDIRECTE").codes == ["DMPInvalidCertificate"]


@pytest.mark.parametrize("entete", ["MessageID", "To", "ReplyTo", "Action"])
def test_adressage_absent(essai: Essai, entete: str) -> None:
    """Chacun des quatre en-têtes WS-Addressing est obligatoire."""
    recu = essai.appeler("patients", messages.td02(), messages.ACTION_TD02, sans=entete)
    assert recu.codes == ["wsa:MessageAddressingHeaderRequired"]


def test_message_rejoue(essai: Essai) -> None:
    """Un MessageID ne sert qu'une fois."""
    identifiant = "urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11"
    for attendu in ("OK", "wsa:DuplicateMessageID"):
        recu = essai.appeler("patients", messages.td02(), messages.ACTION_TD02, message_id=identifiant)
        assert recu.codes == [attendu]
        lien = recu.xml.findtext(".//{http://www.w3.org/2005/08/addressing}RelatesTo")
        assert lien == identifiant


def test_action_discordante(essai: Essai) -> None:
    """L'action annoncée, celle du message et le corps doivent concorder ; une action inconnue est refusée."""
    assert essai.appeler("patients", messages.td02(), "urn:inconnue").codes == ["wsa:ActionNotSupported"]
    assert essai.appeler("patients", messages.td03(), messages.ACTION_TD02).codes == ["wsa:ActionMismatch"]
    tls, signature = essai.identifiants("INDIRECTE")
    octets = messages.enveloppe(messages.td02(), messages.ACTION_TD02, messages.vihf(signature, essai.demande()))
    recu = essai.poster("patients", octets, 'application/soap+xml; action="urn:autre"', tls=tls)
    assert recu.codes == ["wsa:ActionMismatch"]


def test_patient_du_message(essai: Essai) -> None:
    """L'INS du message HL7 doit être celui du VIHF."""
    recu = essai.appeler("patients", messages.td02(ins=messages.AUTRE_INS), messages.ACTION_TD02)
    assert recu.codes == ["XDSPatientIdDoesNotMatch"]


def test_lecture(essai: Essai) -> None:
    """Le lecteur rend tous les champs, y compris ceux d'un VIHF d'AIR, et un DN se lit dans les deux ordres."""
    signature = essai.identifiants("INDIRECTE")[1]
    vihf = lire_vihf(messages.vihf(signature, essai.demande("INDIRECTE_RENFORCEE")))
    assert vihf.ins is not None and vihf.ins.cx == messages.cx()
    assert (vihf.mode, vihf.usage, vihf.authn_context_decl) == ("INDIRECTE_RENFORCEE", "normal", "CONF_EXI_PGSSIS")
    assert [role.code for role in vihf.roles] == ["10", "SM03"]
    assert vihf.certificat == signature.der
    assert vihf.algorithme_signature.endswith("rsa-sha256")
    nom = signature.certificat.subject.rfc4514_string()
    assert meme_nom(nom, signature.certificat)
    assert meme_nom(",".join(reversed(nom.split(","))), signature.certificat)
    assert not meme_nom(nom.replace("C=FR", "C=BE"), signature.certificat)


def test_ins_cx() -> None:
    """Un CX à composants de date se lit ; une autre forme ne se lit pas."""
    assert lire_ins(f"{messages.cx()}^^20200101") is not None
    for forme in ("", "279035121518989", "x^^^&1.2&ISO^NH", "279035121518989^^^&1.2&ISO^PI"):
        assert lire_ins(forme) is None
