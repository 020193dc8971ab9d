"""Les messages que le banc construit se relisent sans perte et suivent la forme des exemples publiés."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.socle.identites import IDENTITES_DE_TEST, OID_INS_NIA, OID_INS_NIR_TEST, IdentiteTest
from steps.flux import (
    Emetteur,
    EnvoiHl7,
    IdentiteUsager,
    message_admission,
    message_creation,
    message_modification,
    message_retrait_ins,
)
from steps.flux.identite import comparable
from steps.flux.lecture import EFFACE, MessageIllisible, desechapper, identite_du_message, type_message
from steps.flux.messages import echapper
from tests.flux.aides import EMETTEUR, ENVOI, usager

TEXTES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).filter(lambda t: t != EFFACE)
DATES = st.dates(min_value=datetime(1900, 1, 1, tzinfo=UTC).date()).map(lambda d: d.isoformat())


@st.composite
def usagers(tirer: st.DrawFn) -> IdentiteUsager:
    """Une identité quelconque, avec ou sans INS, avec ou sans nom utilisé."""
    avec_ins = tirer(st.booleans())
    return IdentiteUsager(
        nom_naissance=tirer(TEXTES),
        premier_prenom_naissance=tirer(TEXTES),
        prenoms_naissance=tirer(TEXTES),
        date_naissance=tirer(DATES | st.sampled_from(["1958-07-00", "1962-00-00"])),
        sexe=tirer(st.sampled_from(["M", "F", "I"])),
        code_lieu_naissance=tirer(st.sampled_from(["", "63113", "2A004", "99134"])),
        nom_utilise=tirer(st.just("") | TEXTES),
        prenom_utilise=tirer(st.just("") | TEXTES),
        matricule_ins="254129999906576" if avec_ins else "",
        oid_ins=tirer(st.sampled_from([OID_INS_NIR_TEST, OID_INS_NIA])) if avec_ins else "",
    )


@given(usagers(), TEXTES, st.sampled_from(["VALI", "PROV"]))
def test_relecture_sans_perte(identite: IdentiteUsager, ipp: str, statut: str) -> None:
    """Relire un A28 ou un A31 construit rend l'identité, l'identifiant local et le statut donnés."""
    for construire, evenement in ((message_creation, "A28"), (message_modification, "A31")):
        lu = identite_du_message(construire(identite, ipp, EMETTEUR, ENVOI, statut=statut))
        assert lu.usager() == identite
        assert (lu.type_message, lu.fiabilite, lu.numero) == (f"ADT^{evenement}", (statut,), "MSG-42")
        assert (lu.identifiants[0].numero, lu.identifiants[0].oid) == (ipp, EMETTEUR.domaine)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_echappement_reversible(texte: str) -> None:
    """Échapper puis déséchapper rend le texte, et l'échappé ne porte plus de caractère de structure."""
    assert desechapper(echapper(texte)) == texte
    assert not set("|^&~") & set(echapper(texte))


@pytest.mark.parametrize("reference", IDENTITES_DE_TEST, ids=lambda i: i.cas)
def test_identites_de_test(reference: IdentiteTest) -> None:
    """Chaque identité du jeu voyage entière, avec l'autorité qui va avec son OID."""
    identite = IdentiteUsager.depuis_reference(reference)
    lu = identite_du_message(message_creation(identite, "IPP1", EMETTEUR, ENVOI))
    assert lu.usager() == identite
    assert lu.ins[0].autorite == ("ASIP-SANTE-INS-NIA" if reference.oid == OID_INS_NIA else "ASIP-SANTE-INS-NIR")
    assert (lu.ins[0].type_oid, lu.ins[0].type_code) == ("ISO", "INS")


def test_retrait_de_l_ins() -> None:
    """Un A47 efface l'INS en PID-3 et la nomme en MRG-1 ; sans INS à retirer, il est refusé."""
    identite = usager()
    lu = identite_du_message(message_retrait_ins(identite, "IPP1", EMETTEUR, ENVOI))
    assert lu.type_message == "ADT^A47"
    assert lu.structure == "ADT_A30"
    assert lu.ins == ()
    assert lu.ins_effacee
    assert [i.numero for i in lu.anciens] == [identite.matricule_ins]
    with pytest.raises(ValueError, match="demande une identité"):
        message_retrait_ins(identite.sans_ins(), "IPP1", EMETTEUR, ENVOI)


def test_admission() -> None:
    """Un A01 porte la venue en PV1-19 et le mouvement dans ZBE."""
    message = message_admission(usager(), "IPP1", EMETTEUR, ENVOI, mouvement="MVT9")
    segments = {s[:3]: s.split("|") for s in message.split("\r") if s}
    assert type_message(message) == "ADT^A01"
    assert segments["PV1"][2] == "I"
    assert segments["PV1"][19].startswith("MVT9^^^CLINIQUE DU BANC&")
    assert segments["ZBE"][1].startswith("MVT9^")
    assert segments["ZBE"][4] == "INSERT"


def test_ins_jamais_sans_oid() -> None:
    """Un matricule sans OID, un statut inconnu ou un caractère de contrôle sont refusés à la construction."""
    with pytest.raises(ValueError, match="sans son OID"):
        message_creation(replace(usager(), oid_ins=""), "IPP1", EMETTEUR, ENVOI)
    with pytest.raises(ValueError, match="PID-32"):
        message_creation(usager(), "IPP1", EMETTEUR, ENVOI, statut="QUAL")
    with pytest.raises(ValueError, match="contrôle"):
        message_creation(replace(usager(), nom_naissance="A\rPID|1"), "IPP1", EMETTEUR, ENVOI)
    with pytest.raises(ValueError, match="identifiant du patient"):
        message_creation(usager(), "", EMETTEUR, ENVOI)


def test_meme_entree_meme_message() -> None:
    """Sans horloge ni hasard, deux constructions identiques donnent le même message."""
    assert message_creation(usager(), "1", EMETTEUR, ENVOI) == message_creation(usager(), "1", EMETTEUR, ENVOI)


def test_cadre_mllp_et_fins_de_ligne_toleres() -> None:
    """Le cadre MLLP, CRLF et LF n'empêchent pas la lecture."""
    message = message_creation(usager(), "IPP1", EMETTEUR, ENVOI)
    for variante in (f"\x0b{message}\x1c\r", message.replace("\r", "\r\n"), message.replace("\r", "\n")):
        assert identite_du_message(variante).usager() == usager()


@pytest.mark.parametrize(
    "texte",
    [
        "",
        "MSH",
        "MSH|^~\\&",
        "PID|1||x",
        "MSH|||||||||\rPID|1",
        "MSH|^~\\&|A\r",
        "MSH|^~\\&|A\rPID|1\rPID|2\r",
        "MSH|^~\\&|A\rPID|1\rMSH|^~\\&|B\rPID|1\r",
        "MSH|^~\\&|A\rPID|" + "~" * 2_000_000,
        "%PDF-1.7",
        "<xml/>",
        "MSHxxxxxxxxx",
    ],
)
def test_hostile_refuse(texte: str) -> None:
    """Ce qui n'est pas un message d'identité est refusé par une erreur en français, sans autre exception."""
    with pytest.raises(MessageIllisible):
        identite_du_message(texte)


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_bruit(bruit: str) -> None:
    """Un texte quelconque, seul ou après un MSH correct, se lit ou se refuse ; jamais d'autre exception."""
    for texte in (bruit, f"MSH|^~\\&|A|B|C|D|2026||ADT^A28|1|P|2.5\rPID|{bruit}"):
        try:
            lu = identite_du_message(texte)
        except MessageIllisible:
            continue
        lu.usager()
        assert lu.type_message == type_message(texte)


def test_gros_document_ignore() -> None:
    """Un OBX de plusieurs mégaoctets n'est pas découpé."""
    obx = "OBX|1|ED|||^^PDF^Base64^" + "A" * 5_000_000
    message = message_creation(usager(), "IPP1", EMETTEUR, ENVOI).replace("ADT^A28^ADT_A05", "ORU^R01^ORU_R01")
    assert identite_du_message(message + obx).type_message == "ORU^R01"


def test_formes_publiees() -> None:
    """Formes vues dans les exemples publiés : INS datée, prénom répété, lieu après l'adresse, PID-33 daté."""
    lu = identite_du_message(
        "MSH|^~\\&|GAM|CH|SGL|LBM|20240306111154||ADT^A01^ADT_A01|3975|D|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|FR\r"
        "PID|1||000003^^^CH&000897406&N^PI~254129999906576^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20101207"
        "||AUBRIVAL^ELOISE^ELOISE^^^^L||19790423|F|||1 Rue X^^PARIS^^75007^FRA^H^^^^^^^~^^^^^^BDL^^63113|||||S||24^^^A"
        "|||||||1|||||N||VALI|20240306111153||||||\r"
    )
    assert lu.usager() == IdentiteUsager(
        "AUBRIVAL", "ELOISE", "ELOISE", "1979-04-23", "F", "63113", "", "", "254129999906576", OID_INS_NIR_TEST
    )
    assert lu.fiabilite == ("VALI",)


def test_contrat_et_traits() -> None:
    """L'émetteur se donne au contrat tel quel ; les traits d'un logiciel se lisent même incomplets."""
    assert Emetteur("GAM", "CH", "1.2.3").pour_contrat() == {"nom": "GAM", "domaine": "1.2.3"}
    lu = IdentiteUsager.depuis_traits(
        {"nom_naissance": "AUBRIVAL", "prenoms_naissance": "ELOISE ANNE", "oid_ins": None}
    )
    assert (lu.premier_prenom_naissance, lu.oid_ins, lu.nature_ins) == ("ELOISE", "", "")
    assert EnvoiHl7("1", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)).horodatage == "20260102030405"


def test_forme_de_comparaison() -> None:
    """Casse, accents, ligatures et apostrophes ne comptent pas ; tiret et espace restent distincts."""
    assert comparable("  d’Ægion   cœline ") == "D'AEGION COELINE"
    assert comparable("Élo\u00efse\u2011Anne") == "ELOISE-ANNE"
    assert comparable("JEAN-PAUL") != comparable("JEAN PAUL")
