# language: fr
Fonctionnalité: Choix du patient sur l'alimentation de son DMP
  Le choix s'enregistre, se trace, permet ou bloque les envois.

  @DMP/CONF.09.01
  Scénario: Rien ne part au DMP sans la non-opposition du patient, ni après son opposition
    # Le scénario bloque faute de non-opposition, l'exigence en cas d'opposition : seule l'opposition peut rendre non conforme.
    # Un dernier envoi, permis, ferme la fenêtre d'observation ; un autre patient, sans opposition, n'est pas bloqué.
    Étant donné un patient « Nicéphore » à l'INS qualifiée, dont le DMP est ouvert
    Et un patient « Odile » à l'INS qualifiée, dont le DMP est ouvert
    Quand le professionnel enregistre pour l'alimentation du DMP du patient « Nicéphore » : aucun choix
    Et le professionnel valide la lettre « lettre prématurée » du patient « Nicéphore » et tente de l'envoyer au DMP
    Et le professionnel enregistre pour l'alimentation du DMP du patient « Nicéphore » : non-opposition
    Et le professionnel valide la lettre « lettre permise » du patient « Nicéphore » et tente de l'envoyer au DMP
    Et le professionnel enregistre pour l'alimentation du DMP du patient « Nicéphore » : opposition
    Et le professionnel valide la lettre « lettre interdite » du patient « Nicéphore » et tente de l'envoyer au DMP
    Et le professionnel enregistre pour l'alimentation du DMP du patient « Odile » : non-opposition
    Et le professionnel valide la lettre « lettre d'Odile » du patient « Odile » et tente de l'envoyer au DMP
    Et le professionnel enregistre pour l'alimentation du DMP du patient « Nicéphore » : non-opposition
    Et le professionnel valide la lettre « dernière lettre » du patient « Nicéphore » et tente de l'envoyer au DMP
    Alors rien n'est parti au DMP du patient « Nicéphore » que son choix ne permette
    Et chaque choix sur l'alimentation est tracé, avec sa date et son auteur
